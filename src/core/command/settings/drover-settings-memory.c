/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-setting-table.h"

static const DroverSetting settings[] = {
  {
    .id = "memory.size",
    .page = "memory",
    .title = N_("Size"),
    .summary = N_("The memory that the guest sees. The host gives it as the guest comes to use "
                  "it, so leave enough for the host itself."),
    .kind = DROVER_SETTING_SIZE,
    .places = { { "m", "size" }, { "machine", "memory.size" } },
    .absent = N_("the machine’s own default, often 128 MiB"),
    .unit = "MiB",
    .minimum = 1,
  },
  {
    .id = "memory.maximum",
    .page = "memory",
    .group = N_("Adding While It Runs"),
    .title = N_("Largest Size"),
    .summary = N_("How far the memory may grow while the guest runs. The room between the size "
                  "and this can be filled with memory modules."),
    .kind = DROVER_SETTING_SIZE,
    .places = { { "m", "maxmem" }, { "machine", "memory.max-size" } },
    .absent = N_("the size: it cannot grow"),
  },
  {
    .id = "memory.slots",
    .page = "memory",
    .group = N_("Adding While It Runs"),
    .title = N_("Slots"),
    .summary = N_("Into how many slots memory modules can be put while the guest runs."),
    .kind = DROVER_SETTING_INTEGER,
    .places = { { "m", "slots" }, { "machine", "memory.slots" } },
    .absent = N_("none"),
    .maximum = 256,
  },
  {
    .id = "memory.balloon",
    .page = "memory",
    .group = N_("Adding While It Runs"),
    .title = N_("Balloon"),
    .summary = N_("A device through which the host can borrow memory back from the guest while "
                  "it runs. The guest needs a driver for it, which Linux has."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "device", "driver", "virtio-balloon*" } },
    .choices = (const char *const[]) { "virtio-balloon-pci", "virtio-balloon-device",
                                       "virtio-balloon-ccw", NULL },
    .absent = N_("no balloon"),
  },
  {
    .id = "memory.backend",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("Backend"),
    .summary = N_("The id of a memory object, made under Objects, that is the guest’s memory: "
                  "for memory in a file, or shared with another program."),
    .kind = DROVER_SETTING_TEXT,
    .places = { { "machine", "memory-backend" } },
    .absent = N_("ordinary memory of the host"),
  },
  {
    .id = "memory.path",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("File or Huge Pages"),
    .summary = N_("A folder of huge pages, such as /dev/hugepages, or a file to keep the guest’s "
                  "memory in. Huge pages make a guest with much memory faster."),
    .kind = DROVER_SETTING_PATH,
    .places = { { "mem-path", NULL } },
    .absent = N_("ordinary memory of the host"),
  },
  {
    .id = "memory.preallocate",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("Take It All at Once"),
    .summary = N_("Takes the whole memory from the host at the start instead of bit by bit: the "
                  "start is slower, and no lack of memory can come later."),
    .kind = DROVER_SETTING_SWITCH,
    .places = { { "mem-prealloc", NULL, "on" } },
    .absent = N_("bit by bit"),
  },
  {
    .id = "memory.lock",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("Never Swap"),
    .summary = N_("Keeps the guest’s memory in the host’s, never on its swap. The host must allow "
                  "a program to lock that much."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "overcommit", "mem-lock" }, { "realtime", "mlock" } },
    .choices = (const char *const[]) { "off", "on", "on-fault", NULL },
    .absent = N_("may be swapped"),
  },
  {
    .id = "memory.merge",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("Share Equal Pages"),
    .summary = N_("Lets the host keep equal pages of several guests only once, when its KSM is "
                  "switched on."),
    .kind = DROVER_SETTING_SWITCH,
    .places = { { "machine", "mem-merge" }, { "machine", "mem_merge" } },
    .absent = N_("on"),
  },
  {
    .id = "memory.dump",
    .page = "memory",
    .group = N_("Where It Comes From"),
    .title = N_("In Core Dumps"),
    .summary = N_("Whether the guest’s memory is part of the core dump if QEMU itself crashes. "
                  "Without it, dumps are small and hold no secrets of the guest."),
    .kind = DROVER_SETTING_SWITCH,
    .places = { { "machine", "dump-guest-core" }, { "machine", "dump_guest_core" } },
    .absent = N_("on"),
  },
};

const DroverSettingTable drover_settings_memory = { NULL, settings, G_N_ELEMENTS (settings) };
