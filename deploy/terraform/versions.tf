# SPDX-License-Identifier: Apache-2.0
terraform {
  required_version = ">= 1.7"

  required_providers {
    # Version 3 turned the provider's blocks into attributes; this module is written for it.
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}
