/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-hello.h"

/* The first thing that most guides to QEMU show: a generic Debian kernel with its installer
 * as RAM disk, on a terminal. The memory is what the installer needs to show itself. */
static const struct
{
  const char *architecture;
  const char *name;
  const char *program;
  const char *before[6];
  const char *after[2];
} hellos[] = {
  {
    "aarch64",
    N_("Hello World on Arm (64-bit)"),
    "qemu-system-aarch64",
    { "-machine", "virt", "-cpu", "cortex-a53", "-m", "1G" },
    { NULL },
  },
  {
    /* A PC's firmware does not tell the kernel of a serial port, so the kernel is told. */
    "x86_64",
    N_("Hello World on x86-64"),
    "qemu-system-x86_64",
    { "-machine", "q35", "-cpu", "qemu64", "-m", "1G" },
    { "-append", "console=ttyS0" },
  },
};

static gssize
find (const char *architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (hellos); i++)
    if (g_strcmp0 (hellos[i].architecture, architecture) == 0)
      return i;

  return -1;
}

/**
 * drover_hello_get_default_name:
 * @architecture: in QEMU's words
 *
 * Returns: (nullable): the translated name for such a machine; %NULL when there is no Hello
 *   World for @architecture
 */
const char *
drover_hello_get_default_name (const char *architecture)
{
  gssize i = find (architecture);

  return i < 0 ? NULL : _(hellos[i].name);
}

static void
add (GPtrArray *arguments, const char *flag, const char *value)
{
  g_ptr_array_add (arguments, drover_argument_new (flag, value));
}

/**
 * drover_hello_new_document:
 * @architecture: `aarch64` or `x86_64`
 * @name: (nullable): the machine's name; %NULL for the default
 * @kernel: path of the kernel
 * @initrd: path of its initial RAM disk
 *
 * Returns: (transfer full): a new machine for drover_library_create()
 */
DroverDocument *
drover_hello_new_document (const char *architecture, const char *name, const char *kernel,
                           const char *initrd)
{
  gssize i = find (architecture);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverDocument) bare = NULL;
  g_autoptr (DroverDocument) automatic = NULL;

  g_return_val_if_fail (i >= 0, NULL);

  arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  for (guint j = 0; j < G_N_ELEMENTS (hellos[i].before); j += 2)
    add (arguments, hellos[i].before[j], hellos[i].before[j + 1]);
  add (arguments, "-kernel", kernel);
  add (arguments, "-initrd", initrd);
  if (hellos[i].after[0] != NULL)
    add (arguments, hellos[i].after[0], hellos[i].after[1]);
  add (arguments, "-nographic", NULL);

  bare = drover_document_new (name != NULL ? name : _(hellos[i].name), hellos[i].program);
  automatic = drover_document_with_accelerator (bare, "automatic");
  return drover_document_with_arguments (automatic, arguments);
}
