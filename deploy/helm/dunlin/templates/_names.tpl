{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* The name that every object's name begins with. A pod's name is a DNS label: at most 63 characters with -shard-499-5. */}}
{{- define "dunlin.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The headless Service: pods are POD.SERVICE.NAMESPACE.svc.DOMAIN. */}}
{{- define "dunlin.nodesService" -}}
{{- printf "%s-nodes" (include "dunlin.fullname" .) -}}
{{- end -}}

{{- define "dunlin.controlName" -}}
{{- printf "%s-control" (include "dunlin.fullname" .) -}}
{{- end -}}

{{- define "dunlin.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "dunlin.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "dunlin.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* What selects pods; never changes, since a StatefulSet's selector cannot. */}}
{{- define "dunlin.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dunlin.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "dunlin.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: dunlin
{{- end -}}

{{/* On what must outlive a lower number of shards: see cluster.keepRemovedShards. */}}
{{- define "dunlin.keep" -}}
{{- if .Values.cluster.keepRemovedShards }}
helm.sh/resource-policy: keep
{{- end }}
{{- end -}}

{{/* A quantity of memory such as 2Gi, in bytes. */}}
{{- define "dunlin.bytes" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9]+" . -}}
{{- mul (int64 $number) (int64 (get $units (trimPrefix $number .))) -}}
{{- end -}}

{{- define "dunlin.maxmemory" -}}
{{- $limit := include "dunlin.bytes" .Values.resources.limits.memory | int64 -}}
{{- div (mul $limit .Values.memory.maxmemoryPercent) 100 -}}
{{- end -}}

{{/* Every node as HOST:PORT, shard by shard, so that each group of replicas+1 is one shard. */}}
{{- define "dunlin.seeds" -}}
{{- $pods := list -}}
{{- range $shard := until (int .Values.cluster.shards) -}}
{{- range $pod := until (int (add1 $.Values.cluster.replicas)) -}}
{{- $pods = append $pods (printf "%s-shard-%d-%d.%s.%s.svc.%s:%d" (include "dunlin.fullname" $) $shard $pod (include "dunlin.nodesService" $) $.Release.Namespace $.Values.cluster.domain (int $.Values.port)) -}}
{{- end -}}
{{- end -}}
{{- join "," $pods -}}
{{- end -}}

{{/* How the control plane is told what to form and keep: the one place that knows its command line. */}}
{{- define "dunlin.controlArgs" -}}
- dev.dunlin.controlplane.Main
- --listen
- {{ printf "0.0.0.0:%d" (int .Values.controlPlane.port) | quote }}
- --data-dir
- /data
- --seeds
- {{ include "dunlin.seeds" . | quote }}
- --ensure-shards
- {{ .Values.cluster.shards | quote }}
- --ensure-replicas
- {{ .Values.cluster.replicas | quote }}
{{- end -}}

{{/* The nodes' redis.conf. */}}
{{- define "dunlin.redisConf" -}}
# Written by Helm; hostname and address of each pod follow on its command line.
bind * -::*
port {{ .Values.port }}
# No password yet: the NetworkPolicy decides who gets here.
protected-mode no
dir /data
maxmemory {{ include "dunlin.maxmemory" . }}
appendonly {{ ternary "yes" "no" (and .Values.persistence.enabled (default false .Values.persistence.appendonly)) }}
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout {{ .Values.cluster.nodeTimeoutMs }}
cluster-preferred-endpoint-type hostname
{{- range $directive, $value := .Values.cluster.config }}
{{- range (kindIs "slice" $value | ternary $value (list $value)) }}
{{ $directive }} {{ if kindIs "bool" . }}{{ ternary "yes" "no" . }}{{ else if kindIs "float64" . }}{{ if eq . (floor .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}{{ else }}{{ . }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* How a node is started; $(NAME) is replaced by Kubernetes. */}}
{{- define "dunlin.nodeArgs" -}}
- dev.dunlin.node.Main
- /etc/dunlin/redis.conf
- --cluster-announce-hostname
- {{ printf "$(POD_NAME).%s.%s.svc.%s" (include "dunlin.nodesService" .) .Release.Namespace .Values.cluster.domain | quote }}
- --cluster-announce-ip
- $(POD_IP)
{{- end -}}

{{/* The image's entrypoint with the JVM options of this container. */}}
{{- define "dunlin.java" -}}
- /opt/java/bin/java
- "@/opt/dunlin/java.options"
- {{ printf "-Xmx%dm" (int .heapMiB) }}
{{- range .options }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* A probe that runs in the container: live or ready. */}}
{{- define "dunlin.probe" -}}
exec:
  command:
    - /opt/java/bin/java
    - "@/opt/dunlin/probe.options"
    - dev.dunlin.deploy.Probe
    - {{ .check }}
    - {{ .port | quote }}
    - {{ mul .timeoutSeconds 1000 | quote }}
{{- end -}}

{{- define "dunlin.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "dunlin.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* What all pods have in common besides containers. */}}
{{- define "dunlin.podCommon" -}}
serviceAccountName: {{ include "dunlin.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "dunlin.podSecurity" . | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
