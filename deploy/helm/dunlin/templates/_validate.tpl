{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* What a schema cannot say. Each failure is a sentence that tells what to change. */}}
{{- define "dunlin.validate" -}}
{{- $fullname := include "dunlin.fullname" . -}}
{{- if gt (len $fullname) 40 -}}
{{- fail (printf "The name %q is longer than 40 characters, which leaves no room for the pods' numbers: set fullnameOverride." $fullname) -}}
{{- end -}}
{{- $limit := include "dunlin.bytes" .Values.resources.limits.memory | int64 -}}
{{- $needed := add (include "dunlin.maxmemory" . | int64) (mul (int64 .Values.memory.heapMiB) 1048576) (mul 128 1048576) -}}
{{- if gt $needed $limit -}}
{{- fail (printf "resources.limits.memory of %s does not hold maxmemory, the Java heap and 128 MiB for the JVM itself (%d of %d bytes): raise the limit, or lower memory.maxmemoryPercent or memory.heapMiB." .Values.resources.limits.memory $needed $limit) -}}
{{- end -}}
{{- if .Values.controlPlane.enabled -}}
{{- $controlLimit := include "dunlin.bytes" .Values.controlPlane.resources.limits.memory | int64 -}}
{{- if gt (add (mul (int64 .Values.controlPlane.heapMiB) 1048576) (mul 128 1048576)) $controlLimit -}}
{{- fail "controlPlane.resources.limits.memory does not hold controlPlane.heapMiB and 128 MiB for the JVM itself." -}}
{{- end -}}
{{- end -}}
{{- if gt (len (include "dunlin.seeds" .)) 120000 -}}
{{- fail "So many pods with such long names do not fit into one command line: shorten fullnameOverride or the namespace." -}}
{{- end -}}
{{- end -}}
