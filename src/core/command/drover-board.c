/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-modernise.h"

/* The machine type that counts: the last that is named, in `-machine` or `-M`. */
static const char *
get_machine_type (DroverReferences *references)
{
  for (guint i = references->fields->len; i-- > 0;)
    {
      const DroverFields *fields = references->fields->pdata[i];
      const char *type = fields->enabled && drover_fields_are (fields, "machine")
                           ? drover_fields_get (fields, "type")
                           : NULL;

      if (type != NULL)
        return type;
    }

  return NULL;
}

static const char *
get_architecture (const char *program)
{
  static const char prefix[] = "qemu-system-";
  const char *slash = strrchr (program, '/');
  const char *name = slash != NULL ? slash + 1 : program;

  return g_str_has_prefix (name, prefix) ? name + strlen (prefix) : name;
}

/**
 * drover_board_find:
 * @references: a machine's arguments, read
 * @program: its program
 *
 * Returns: its machine type, by its name; %DROVER_BOARD_OTHER for one that is not known here
 */
DroverBoard
drover_board_find (DroverReferences *references, const char *program)
{
  static const char *const pcs[] = { "x86_64", "i386", "kvm", "qemu-kvm", NULL };
  static const char *const virts[] = { "aarch64", "arm", "riscv64", "riscv32", NULL };
  const char *architecture = get_architecture (program);
  const char *type = get_machine_type (references);

  if (g_strv_contains (pcs, architecture))
    {
      if (type == NULL || g_str_equal (type, "pc") || g_str_has_prefix (type, "pc-i440fx-"))
        return DROVER_BOARD_PC;
      if (g_str_equal (type, "q35") || g_str_has_prefix (type, "pc-q35-"))
        return DROVER_BOARD_Q35;
      if (g_str_equal (type, "microvm"))
        return DROVER_BOARD_MICROVM;
    }
  else if (g_strv_contains (virts, architecture) && type != NULL &&
           (g_str_equal (type, "virt") || g_str_has_prefix (type, "virt-")))
    return DROVER_BOARD_VIRT;
  else if (g_str_equal (architecture, "s390x") &&
           (type == NULL || g_str_has_prefix (type, "s390-ccw-virtio")))
    return DROVER_BOARD_S390;

  return DROVER_BOARD_OTHER;
}
