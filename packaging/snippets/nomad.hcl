# Nomad's client, as /etc/nomad.d/ocibox.hcl, where its docker knows a runtime "ocibox" (docker-daemon.json). A task of
# the docker driver then says: config { runtime = "ocibox" }
plugin "docker" {
  config {
    allow_runtimes = ["runc", "ocibox"]
  }
}
