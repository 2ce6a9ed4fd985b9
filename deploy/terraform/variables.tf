# SPDX-License-Identifier: Apache-2.0
variable "name" {
  description = "Name of the Helm release and beginning of every object's name."
  type        = string
  default     = "dunlin"

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,31}[a-z0-9])?$", var.name))
    error_message = "name must be a DNS label of at most 33 characters."
  }
}

variable "namespace" {
  description = "Namespace of all objects."
  type        = string
  default     = "dunlin"
}

variable "create_namespace" {
  description = "Make the namespace when it is not there."
  type        = bool
  default     = true
}

variable "chart" {
  description = "Chart to install: a path, an OCI address, or a name in chart_repository. Null means the chart beside this module."
  type        = string
  default     = null
}

variable "chart_repository" {
  description = "Repository of the chart, when chart is a name."
  type        = string
  default     = null
}

variable "chart_version" {
  description = "Version of the chart; null means the one that lies there or the newest."
  type        = string
  default     = null
}

variable "image" {
  description = "Image of nodes and control plane. A digest wins over a tag."
  type = object({
    repository  = optional(string, "dunlin")
    tag         = optional(string, "")
    digest      = optional(string, "")
    pullSecrets = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "shards" {
  description = "Shards that share the slots."
  type        = number
  default     = 3

  validation {
    condition     = var.shards >= 3 && var.shards <= 500 && floor(var.shards) == var.shards
    error_message = "shards must be a whole number from 3 to 500."
  }
}

variable "replicas" {
  description = "Replicas of each shard besides its primary."
  type        = number
  default     = 1

  validation {
    condition     = var.replicas >= 0 && var.replicas <= 5 && floor(var.replicas) == var.replicas
    error_message = "replicas must be a whole number from 0 to 5."
  }
}

variable "accept_no_replica" {
  description = "Must be true for replicas = 0, where a lost pod is lost data."
  type        = bool
  default     = false
}

variable "port" {
  description = "Port for clients; the cluster bus listens 10,000 above it."
  type        = number
  default     = 6379
}

variable "control_plane_port" {
  description = "Port of the control plane's gRPC service."
  type        = number
  default     = 7000
}

variable "node_memory" {
  description = "Memory request and limit of each node, such as 2Gi."
  type        = string
  default     = "2Gi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(k|M|G|T|Ki|Mi|Gi|Ti)?$", var.node_memory))
    error_message = "node_memory must be a quantity such as 2Gi."
  }
}

variable "node_cpu" {
  description = "CPU request of each node, such as 500m or 1."
  type        = string
  default     = "500m"
}

variable "persistence" {
  description = "Volumes of the nodes."
  type = object({
    enabled      = optional(bool, true)
    size         = optional(string, "8Gi")
    storageClass = optional(string, "")
  })
  default  = {}
  nullable = false
}

variable "redis_config" {
  description = "Further redis.conf directives, by name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "extra_values" {
  description = "Any other values of the chart as YAML documents; later ones win."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "timeout" {
  description = "Seconds that Helm may take for one operation."
  type        = number
  default     = 300
}
