/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-setting-table.h"

static const DroverSetting settings[] = {
  {
    .id = "accelerator.order",
    .page = "accelerator",
    .title = N_("Accelerator"),
    .summary = N_("What runs the guest’s instructions. KVM, HVF and WHPX use this computer’s own "
                  "processor and are fast; TCG translates, runs every architecture everywhere, "
                  "and is slow. With several, as “kvm:tcg”, the first that works is taken."),
    .kind = DROVER_SETTING_LIST,
    .places = { { "accel", "accel" }, { "machine", "accel" }, { "enable-kvm", NULL, "kvm" },
                { "no-kvm", NULL, "tcg" }, { "enable-hax", NULL, "hax" } },
    .choices = (const char *const[]) { "kvm", "tcg", "kvm:tcg", NULL },
    .suggest = "accelerators",
    .absent = N_("QEMU’s own choice, which is TCG"),
  },
  {
    .id = "accelerator.thread",
    .page = "accelerator",
    .group = N_("Translation (TCG)"),
    .title = N_("Threads"),
    .summary = N_("Whether each of the guest’s processors is translated in a thread of its own "
                  "(multi) or all share one (single), which is slower and easier to debug."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "accel", "thread", "tcg" } },
    .choices = (const char *const[]) { "single", "multi", NULL },
    .absent = N_("multi, where the two architectures allow it"),
  },
  {
    .id = "accelerator.buffer",
    .page = "accelerator",
    .group = N_("Translation (TCG)"),
    .title = N_("Translation Buffer"),
    .summary = N_("How much of the host’s memory may hold code that is already translated. A "
                  "larger one translates less often anew."),
    .kind = DROVER_SETTING_INTEGER,
    .places = { { "accel", "tb-size", "tcg" }, { "tb-size", NULL } },
    .absent = N_("1024 MiB, less where memory is short"),
    .unit = N_("MiB"),
    .minimum = 1,
  },
  {
    .id = "accelerator.one-instruction",
    .page = "accelerator",
    .group = N_("Translation (TCG)"),
    .title = N_("One Instruction at a Time"),
    .summary = N_("Translates every instruction for itself. Very slow; it makes traces exact."),
    .kind = DROVER_SETTING_SWITCH,
    .places = { { "accel", "one-insn-per-tb", "tcg" }, { "singlestep", NULL, "on" } },
    .absent = N_("off"),
  },
  {
    .id = "accelerator.split-write",
    .page = "accelerator",
    .group = N_("Translation (TCG)"),
    .title = N_("Write or Execute"),
    .summary = N_("Maps translated code twice, once to write and once to run, which hosts with "
                  "strict rules for memory ask for."),
    .kind = DROVER_SETTING_SWITCH,
    .places = { { "accel", "split-wx", "tcg" } },
    .absent = N_("only where the host demands it"),
  },
  {
    .id = "accelerator.irqchip",
    .page = "accelerator",
    .group = N_("Hardware (KVM)"),
    .title = N_("Interrupt Controller"),
    .summary = N_("Who plays the interrupt controller: the host’s kernel (on), QEMU (off), or "
                  "both for a part each (split)."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "accel", "kernel-irqchip", "kvm" }, { "machine", "kernel-irqchip" },
                { "machine", "kernel_irqchip" }, { "no-kvm-irqchip", NULL, "off" } },
    .choices = (const char *const[]) { "on", "off", "split", NULL },
    .absent = N_("on"),
  },
  {
    .id = "accelerator.dirty-ring",
    .page = "accelerator",
    .group = N_("Hardware (KVM)"),
    .title = N_("Dirty Ring"),
    .summary = N_("How many entries each processor has to note changed memory pages in, for "
                  "faster migration; a power of two, 0 for a plain bitmap."),
    .kind = DROVER_SETTING_INTEGER,
    .places = { { "accel", "dirty-ring-size", "kvm" } },
    .absent = "0",
    .maximum = 65536,
  },
  {
    .id = "accelerator.shadow-memory",
    .page = "accelerator",
    .group = N_("Hardware (KVM)"),
    .title = N_("Shadow Memory"),
    .summary = N_("How much memory KVM may use for shadow page tables, on processors without "
                  "nested paging."),
    .kind = DROVER_SETTING_SIZE,
    .places = { { "accel", "kvm-shadow-mem", "kvm" }, { "machine", "kvm-shadow-mem" },
                { "machine", "kvm_shadow_mem" } },
    .absent = N_("KVM’s own choice"),
  },
  {
    .id = "accelerator.notify-vmexit",
    .page = "accelerator",
    .group = N_("Hardware (KVM)"),
    .title = N_("Stuck Guest"),
    .summary = N_("What happens when the guest blocks the processor so that no interrupt gets "
                  "through."),
    .kind = DROVER_SETTING_CHOICE,
    .places = { { "accel", "notify-vmexit", "kvm" } },
    .choices = (const char *const[]) { "run", "internal-error", "disable", NULL },
    .absent = N_("run: it goes on, and a warning is printed"),
  },
};

const DroverSettingTable drover_settings_accelerator = { NULL, settings,
                                                         G_N_ELEMENTS (settings) };
