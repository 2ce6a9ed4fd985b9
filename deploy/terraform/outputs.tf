# SPDX-License-Identifier: Apache-2.0
output "endpoint" {
  description = "Where cluster clients start, from inside of Kubernetes."
  value       = "${var.name}.${var.namespace}.svc:${var.port}"
}

output "control_plane" {
  description = "Address of the control plane's gRPC service, for clusterctl."
  value       = "${var.name}-control.${var.namespace}.svc:${var.control_plane_port}"
}

output "revision" {
  description = "Revision of the release, which each change raises."
  value       = helm_release.dunlin.metadata.revision
}
