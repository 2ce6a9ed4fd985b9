# SPDX-License-Identifier: Apache-2.0
locals {
  values = {
    # The names of all objects follow from var.name alone, so that outputs can know them.
    fullnameOverride = var.name
    image            = var.image
    cluster = {
      shards          = var.shards
      replicas        = var.replicas
      acceptNoReplica = var.accept_no_replica
      config          = var.redis_config
    }
    port         = var.port
    controlPlane = { port = var.control_plane_port }
    persistence  = var.persistence
    resources = {
      requests = { cpu = var.node_cpu, memory = var.node_memory }
      limits   = { memory = var.node_memory }
    }
  }
}

resource "helm_release" "dunlin" {
  name             = var.name
  namespace        = var.namespace
  create_namespace = var.create_namespace
  chart            = var.chart != null ? var.chart : "${path.module}/../helm/dunlin"
  repository       = var.chart_repository
  version          = var.chart_version
  values           = concat([yamlencode(local.values)], var.extra_values)
  timeout          = var.timeout

  # Moving data takes as long as it takes: neither wait for it nor roll a slow but healthy change back.
  wait   = false
  atomic = false

  lifecycle {
    precondition {
      condition     = var.replicas > 0 || var.accept_no_replica
      error_message = "replicas = 0 loses data with every lost pod: set accept_no_replica = true if that is meant."
    }
  }
}
