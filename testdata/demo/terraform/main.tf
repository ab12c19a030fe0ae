module "workers" {
  source = "./workers"

  cluster_name = aws_eks_cluster.this.name
}
