/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-option.h"

/* Every option of QEMU 10.0's system emulators, of all targets, and those of older ones that
 * command lines in the wild still have: name, whether it takes a value, its grammar, the key
 * that the value's first word stands for, and the key that names the thing. */
static const DroverOption options[] = {
  /* a bare image name */
  { "", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },

  /* machine */
  { "M", TRUE, DROVER_OPTION_KEYVAL, "type", NULL },
  { "machine", TRUE, DROVER_OPTION_KEYVAL, "type", NULL },
  { "accel", TRUE, DROVER_OPTION_KEYVAL, "accel", NULL },
  { "cpu", TRUE, DROVER_OPTION_KEYVAL, "model", NULL },
  { "smp", TRUE, DROVER_OPTION_KEYVAL, "cpus", NULL },
  { "m", TRUE, DROVER_OPTION_KEYVAL, "size", NULL },
  { "mem-path", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "mem-prealloc", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "numa", TRUE, DROVER_OPTION_KEYVAL, "type", NULL },
  { "name", TRUE, DROVER_OPTION_KEYVAL, "guest", NULL },
  { "uuid", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "boot", TRUE, DROVER_OPTION_KEYVAL, "order", NULL },
  { "k", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "rtc", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "icount", TRUE, DROVER_OPTION_KEYVAL, "shift", NULL },
  { "overcommit", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "smbios", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "acpitable", TRUE, DROVER_OPTION_KEYVAL, "data", NULL },
  { "fw_cfg", TRUE, DROVER_OPTION_KEYVAL, "name", NULL },
  { "compat", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },

  /* devices and what is behind them */
  { "audio", TRUE, DROVER_OPTION_KEYVAL, "driver", NULL },
  { "audiodev", TRUE, DROVER_OPTION_KEYVAL, "driver", "id" },
  { "blockdev", TRUE, DROVER_OPTION_KEYVAL, "driver", "node-name" },
  { "cdrom", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "chardev", TRUE, DROVER_OPTION_KEYVAL, "backend", "id" },
  { "device", TRUE, DROVER_OPTION_KEYVAL, "driver", "id" },
  { "drive", TRUE, DROVER_OPTION_KEYVAL, NULL, "id" },
  { "fda", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "fdb", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "fsdev", TRUE, DROVER_OPTION_KEYVAL, "fsdriver", "id" },
  { "global", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "hda", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "hdb", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "hdc", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "hdd", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "iscsi", TRUE, DROVER_OPTION_KEYVAL, NULL, "id" },
  { "mtdblock", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "netdev", TRUE, DROVER_OPTION_KEYVAL, "type", "id" },
  { "nic", TRUE, DROVER_OPTION_KEYVAL, "type", "id" },
  { "net", TRUE, DROVER_OPTION_KEYVAL, "type", "id" },
  { "object", TRUE, DROVER_OPTION_KEYVAL, "qom-type", "id" },
  { "pflash", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "sd", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "set", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "snapshot", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "tpmdev", TRUE, DROVER_OPTION_KEYVAL, "type", "id" },
  { "usb", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "usbdevice", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "virtfs", TRUE, DROVER_OPTION_KEYVAL, "fsdriver", "id" },

  /* display */
  { "display", TRUE, DROVER_OPTION_KEYVAL, "type", NULL },
  { "full-screen", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "g", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "nographic", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "spice", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "vga", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "vnc", TRUE, DROVER_OPTION_KEYVAL, "vnc", "id" },

  /* boot */
  { "append", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "bios", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "dtb", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "initrd", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "kernel", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "option-rom", TRUE, DROVER_OPTION_KEYVAL, "romfile", NULL },
  { "prom-env", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "shim", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },

  /* characters */
  { "debugcon", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "mon", TRUE, DROVER_OPTION_KEYVAL, "chardev", "id" },
  { "monitor", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "parallel", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "qmp", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "qmp-pretty", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "serial", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },

  /* the process */
  { "D", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "L", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "S", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "action", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "add-fd", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "d", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "daemonize", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "dfilter", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "dump-vmstate", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "echr", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "enable-kvm", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "enable-sync-profile", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "gdb", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "h", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "help", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "incoming", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "jitdump", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "loadvm", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "msg", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "no-fd-bootchk", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-reboot", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-shutdown", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-user-config", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "nodefaults", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "old-param", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "only-migratable", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "perfmap", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "pidfile", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "plugin", TRUE, DROVER_OPTION_KEYVAL, "file", NULL },
  { "preconfig", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "qtest", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "qtest-log", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "readconfig", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "run-with", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "s", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "sandbox", TRUE, DROVER_OPTION_KEYVAL, "enable", NULL },
  { "seed", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "semihosting", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "semihosting-config", TRUE, DROVER_OPTION_KEYVAL, "enable", NULL },
  { "trace", TRUE, DROVER_OPTION_KEYVAL, "enable", NULL },
  { "version", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "watchdog-action", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "win2k-hack", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "xen-attach", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "xen-domid", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "xen-domid-restrict", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },

  /* what QEMU 10.0 no longer has, and old command lines do */
  { "alt-grab", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "async-teardown", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "audio-help", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "balloon", TRUE, DROVER_OPTION_KEYVAL, "type", NULL },
  { "bootp", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "bt", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "chroot", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "cirrusvga", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "clock", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "ctrl-grab", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "curses", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "enable-fips", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "enable-hax", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "enable-nesting", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "hdachs", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "kernel-kqemu", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "kvm-shadow-memory", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "localtime", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-acpi", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-frame", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-hpet", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-kqemu", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-kvm", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-kvm-irqchip", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-kvm-pit", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-kvm-pit-reinjection", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "no-quit", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "nodefconfig", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "nouserconfig", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "nvram", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "pcidevice", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "portrait", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "realtime", TRUE, DROVER_OPTION_KEYVAL, NULL, NULL },
  { "redir", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "rotate", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "rtc-td-hack", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "runas", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "sdl", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "show-cursor", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "singlestep", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "smb", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "soundhw", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "startdate", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "std-vga", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "tb-size", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "tdf", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "tftp", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "vmwarevga", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "watchdog", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "writeconfig", TRUE, DROVER_OPTION_PLAIN, NULL, NULL },
  { "xen-create", FALSE, DROVER_OPTION_PLAIN, NULL, NULL },
};

static gpointer
build_index (gpointer data)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_hash_table_insert (index, (gpointer) options[i].name, (gpointer) &options[i]);

  return index;
}

/**
 * drover_option_find:
 * @name: an option without its dashes, or the empty string for a bare image name
 *
 * Returns: (nullable): what Drover knows of it
 */
const DroverOption *
drover_option_find (const char *name)
{
  static GOnce once = G_ONCE_INIT;

  return g_hash_table_lookup (g_once (&once, build_index, NULL), name);
}
