# SPDX-License-Identifier: Apache-2.0
# Three shards with one replica each, in the cluster that the current kubeconfig points to.
terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

provider "helm" {
  kubernetes = {
    config_path = "~/.kube/config"
  }
}

module "dunlin" {
  source = "../.."

  name      = "orders"
  namespace = "shop"
  image     = { repository = "registry.example.com/dunlin", tag = "0.1.0" }
  shards    = 3
  replicas  = 1

  redis_config = {
    maxmemory-policy = "allkeys-lru"
  }
}

output "endpoint" {
  description = "Where cluster clients start."
  value       = module.dunlin.endpoint
}
