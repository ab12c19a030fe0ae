# cloudposse/label/null, which the modules of cloudposse ask whether they are switched on. Modelled after `main.tf` and
# `outputs.tf` of 0.25.0; names and tags reach no kubelet.

model "cloudposse/label/null" {
  versions = ">= 0.1.0"

  variable "enabled" {
    default = null
  }
  variable "context" {
    default = {}
  }

  locals {
    asked   = try(var.context.enabled, null)
    enabled = var.enabled != null ? var.enabled : local.asked != null ? local.asked : true
    # What is known only when the label is made.
    names = {
      namespace           = label.this.namespace
      tenant              = label.this.tenant
      environment         = label.this.environment
      stage               = label.this.stage
      name                = label.this.name
      delimiter           = label.this.delimiter
      attributes          = label.this.attributes
      tags                = label.this.tags
      additional_tag_map  = label.this.additional_tag_map
      label_order         = label.this.label_order
      regex_replace_chars = label.this.regex_replace_chars
      id_length_limit     = label.this.id_length_limit
      label_key_case      = label.this.label_key_case
      label_value_case    = label.this.label_value_case
      descriptor_formats  = label.this.descriptor_formats
      labels_as_tags      = label.this.labels_as_tags
    }
  }

  output "enabled" {
    value = local.enabled
  }
  output "context" {
    value = merge(local.names, { enabled = local.enabled })
  }
  output "normalized_context" {
    value = merge(local.names, { enabled = local.enabled })
  }
  output "id" {
    value = label.this.id
  }
  output "id_full" {
    value = label.this.id_full
  }
  output "namespace" {
    value = label.this.namespace
  }
  output "tenant" {
    value = label.this.tenant
  }
  output "environment" {
    value = label.this.environment
  }
  output "stage" {
    value = label.this.stage
  }
  output "name" {
    value = label.this.name
  }
  output "delimiter" {
    value = label.this.delimiter
  }
  output "attributes" {
    value = label.this.attributes
  }
  output "tags" {
    value = label.this.tags
  }
  output "tags_as_list_of_maps" {
    value = label.this.tags_as_list_of_maps
  }
  output "additional_tag_map" {
    value = label.this.additional_tag_map
  }
  output "label_order" {
    value = label.this.label_order
  }
  output "regex_replace_chars" {
    value = label.this.regex_replace_chars
  }
  output "id_length_limit" {
    value = label.this.id_length_limit
  }
  output "descriptors" {
    value = label.this.descriptors
  }
}
