"""Runs inside of the scratch machine: gives /run/user-data.bin to the real cloud-init and lets it do a first boot.

Writes /log/cloud-init.json: the parts that the handlers saw, the merged cloud-config, and the scripts in the order they ran.
"""

import json
import logging
import os

from cloudinit import handlers, sources, stages, subp, util
from cloudinit.config import cc_bootcmd, cc_runcmd, cc_scripts_user, cc_write_files, cc_write_files_deferred
from cloudinit.settings import PER_ALWAYS

BASE = {"system_info": {"distro": "debian", "paths": {"cloud_dir": "/var/lib/cloud", "templates_dir": "/etc/cloud/templates"}}, "datasource_list": []}


class Fixed(sources.DataSource):
    dsname = "Fixed"

    def _get_data(self):
        self.userdata_raw = open("/run/user-data.bin", "rb").read()
        self.metadata = {"instance-id": "i-0", "local-hostname": "node", "region": "eu-west-1"}
        return True


def parts(message):
    out = []


    handlers.walk(message, lambda data, filename, payload, ctype: out.append({"type": ctype["Content-Type"], "name": filename, "payload": payload if isinstance(payload, str) else payload.decode("utf-8", "replace")}), data={"handlercount": 0})
    return out


def main():
    logging.basicConfig(level=logging.INFO)
    os.chdir("/")
    log = logging.getLogger()
    init = stages.Init()
    init._cfg = BASE
    init.initialize()
    source = Fixed(BASE, init.distro, init.paths)
    source.get_data()
    source.pickled = False
    init.datasource = init.paths.datasource = source
    init.instancify()
    init.setup_datasource()
    answer = {"parts": [], "scripts": [], "cloud_config": None}
    try:
        answer["parts"] = [p for p in parts(source.get_userdata()) if p["payload"]]
        init.update()
        init.consume_data(PER_ALWAYS)
    except Exception as error:  # What cloud-init cannot take is an answer too.
        logging.exception("refused")
        answer["error"] = type(error).__name__
    path = init.paths.get_ipath("cloud_config")
    text = open(path).read() if os.path.exists(path) else ""
    config = util.load_yaml(text, default={}) or {}
    answer["cloud_config"] = config or None
    cloud = init.cloudify()
    for name, module in (("bootcmd", cc_bootcmd), ("write_files", cc_write_files), ("runcmd", cc_runcmd), ("write_files_deferred", cc_write_files_deferred)):
        try:
            module.handle(name, config, cloud, log, [])
        except Exception:
            logging.exception("%s failed", name)
    folder = os.path.join(init.paths.get_ipath_cur(), "scripts")
    if os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            answer["scripts"].append({"name": name, "text": open(os.path.join(folder, name), errors="replace").read()})
    with open("/log/cloud-init.json", "w") as out:
        json.dump(answer, out, default=lambda v: v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v))
    for name in ("per-once", "per-boot", "per-instance"):
        try:
            subp.runparts(os.path.join("/var/lib/cloud/scripts", name))
        except Exception:
            logging.exception("a script failed")
    try:
        cc_scripts_user.handle("scripts-user", config, cloud, log, [])
    except Exception:
        logging.exception("a script failed")


main()
