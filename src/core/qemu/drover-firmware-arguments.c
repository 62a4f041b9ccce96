/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-firmware-arguments.h"
#include "drover-keyval.h"
#include "drover-reference.h"

/* A machine's firmware, as its arguments say it.
 *
 * What Drover adds is a block of whole arguments in one place, begun by a `-machine` of its own:
 *
 *   -machine pflash0=firmware0,pflash1=vars0,smm=on
 *   -blockdev driver=raw,node-name=firmware0,read-only=on,…
 *   -blockdev driver=qcow2,node-name=vars0,…
 *   -global driver=cfi.pflash01,property=secure,value=on
 *   -global ICH9-LPC.disable_s3=1
 *
 * So it can be taken away again to the letter, and the same words elsewhere are the user's. */

#define SECURE_FLASH "driver=cfi.pflash01,property=secure,value=on"
#define NO_SUSPEND "ICH9-LPC.disable_s3=1"

static const char *const flash_keys[] = { "pflash0", "pflash1" };

/* Arguments read for what they say of firmware. */
typedef struct
{
  GPtrArray *fields; /* of DroverFields */
  int machine[2];    /* indexes of the arguments that name the flash nodes, or -1 */
  int node[2];       /* of those that make the nodes */
  int file[2];       /* of those that have the file: the same, or a node below */
  int drive[2];      /* of older arguments: -drive if=pflash, -pflash */
  int bios;          /* -bios, or -machine firmware= */
  int kernel;
  gboolean secure;
} Parts;

static const char *
get_at (Parts *self, int index, const char *key)
{
  return index >= 0 ? drover_fields_get (self->fields->pdata[index], key) : NULL;
}

static int
find_node (Parts *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->fields->len; i++)
    if (((DroverFields *) self->fields->pdata[i])->enabled &&
        drover_fields_are (self->fields->pdata[i], "blockdev") &&
        g_strcmp0 (get_at (self, i, "node-name"), name) == 0)
      return i;

  return -1;
}

/* The unit that QEMU gives to a flash drive which names none is the next free one. */
static void
place_drive (Parts *self, int index)
{
  const char *unit = get_at (self, index, "unit");
  guint slot;

  if (unit == NULL)
    unit = get_at (self, index, "index");
  slot = unit != NULL ? atoi (unit) : self->drive[0] < 0 ? 0 : 1;
  if (slot < G_N_ELEMENTS (self->drive))
    self->drive[slot] = index;
}

static void
read_machine (Parts *self, int index)
{
  for (guint i = 0; i < G_N_ELEMENTS (flash_keys); i++)
    if (get_at (self, index, flash_keys[i]) != NULL)
      self->machine[i] = index;
  if (get_at (self, index, "firmware") != NULL)
    self->bios = index;
  if (get_at (self, index, "kernel") != NULL)
    self->kernel = index;
}

static gboolean
is_secure_flash (Parts *self, int index)
{
  const DroverFields *fields = self->fields->pdata[index];
  const char *value = get_at (self, index, "cfi.pflash01.secure");

  if (value == NULL && g_strcmp0 (get_at (self, index, "driver"), "cfi.pflash01") == 0 &&
      g_strcmp0 (get_at (self, index, "property"), "secure") == 0)
    value = get_at (self, index, "value");

  return drover_fields_are (fields, "global") && value != NULL &&
         (g_str_equal (value, "on") || g_str_equal (value, "true"));
}

static void
parts_read (Parts *self, GPtrArray *arguments)
{
  self->fields = drover_fields_list (arguments);
  self->bios = self->kernel = -1;
  self->secure = FALSE;
  for (guint i = 0; i < 2; i++)
    self->machine[i] = self->node[i] = self->file[i] = self->drive[i] = -1;

  for (guint i = 0; i < self->fields->len; i++)
    {
      const DroverFields *fields = self->fields->pdata[i];

      if (!fields->enabled)
        continue;
      if (drover_fields_are (fields, "machine"))
        read_machine (self, i);
      else if (drover_fields_are (fields, "bios"))
        self->bios = i;
      else if (drover_fields_are (fields, "kernel"))
        self->kernel = i;
      else if (drover_fields_are (fields, "pflash") ||
               (drover_fields_are (fields, "drive") &&
                g_strcmp0 (drover_fields_get (fields, "if"), "pflash") == 0))
        place_drive (self, i);
      else if (is_secure_flash (self, i))
        self->secure = TRUE;
    }

  for (guint i = 0; i < 2; i++)
    {
      self->node[i] = find_node (self, get_at (self, self->machine[i], flash_keys[i]));
      self->file[i] = find_node (self, get_at (self, self->node[i], "file"));
      if (self->file[i] < 0)
        self->file[i] = self->node[i];
    }
}

static void
parts_clear (Parts *self)
{
  g_ptr_array_unref (self->fields);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static const char *
get_flash_file (Parts *self, guint slot)
{
  const char *name = get_at (self, self->file[slot], "file.filename");
  int drive = self->drive[slot];

  if (name == NULL)
    name = get_at (self, self->file[slot], "filename");
  if (name == NULL)
    name = get_at (self, drive, "file");
  if (name == NULL && drive >= 0 && drover_fields_are (self->fields->pdata[drive], "pflash"))
    name = ((DroverFields *) self->fields->pdata[drive])->text;

  return name;
}

static const char *
get_flash_format (Parts *self, guint slot)
{
  const char *format = get_at (self, self->node[slot], "driver");

  return format != NULL ? format : get_at (self, self->drive[slot], "format");
}

static const char *
get_bios (Parts *self)
{
  const DroverFields *fields = self->bios >= 0 ? self->fields->pdata[self->bios] : NULL;

  if (fields == NULL)
    return NULL;

  return drover_fields_are (fields, "bios") ? fields->text : drover_fields_get (fields, "firmware");
}

static gboolean
is_same_file (const char *a, const char *b)
{
  char *real_a = realpath (a, NULL);
  char *real_b = realpath (b, NULL);
  gboolean same = real_a != NULL && g_strcmp0 (real_a, real_b) == 0;

  free (real_a);
  free (real_b);
  return same;
}

/* One program may be linked to by several names, each with other variables; its own name says the
 * most. */
static DroverFirmware *
find_by_code (GPtrArray *list, const char *architecture, const char *code)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < list->len; i++)
      {
        DroverFirmware *firmware = list->pdata[i];

        for (guint j = 0; j < firmware->targets->len; j++)
          if (g_str_equal (((DroverFirmwareTarget *) firmware->targets->pdata[j])->architecture,
                           architecture) &&
              (pass == 0 ? g_str_equal (firmware->code, code)
                         : is_same_file (firmware->code, code)))
            return firmware;
      }

  return NULL;
}

static gboolean
is_u_boot (const char *file)
{
  g_autofree char *base = g_path_get_basename (file);

  return g_str_has_prefix (base, "u-boot") || g_str_has_prefix (base, "uboot");
}

/* By its name, for a program that is not in the list. */
static const char *
guess_kind (const char *code)
{
  static const char *const uefi[] = { "ovmf", "aavmf", "edk2-", "qemu_efi", "qemu_code",
                                      "riscv_virt_code" };
  static const char *const own[] = { "bios.bin", "bios-256k.bin", "default" };
  g_autofree char *base = g_path_get_basename (code);
  g_autofree char *lower = g_ascii_strdown (base, -1);

  if (g_str_equal (code, "none"))
    return DROVER_FIRMWARE_NONE;
  if (is_u_boot (code))
    return DROVER_FIRMWARE_U_BOOT;
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (g_str_equal (code, own[i]))
      return DROVER_FIRMWARE_BIOS;
  for (guint i = 0; i < G_N_ELEMENTS (uefi); i++)
    if (strstr (lower, uefi[i]) != NULL)
      return strstr (lower, ".ms.") != NULL ? DROVER_FIRMWARE_ENROLLED
             : strstr (lower, "sec") != NULL && strstr (lower, "no-sec") == NULL
               ? DROVER_FIRMWARE_SECURE_BOOT
               : DROVER_FIRMWARE_UEFI;

  return DROVER_FIRMWARE_FILE;
}

static void
judge (DroverFirmwareReading *self, const char *architecture, GPtrArray *list)
{
  DroverFirmware *firmware = self->code != NULL && list != NULL && architecture != NULL
                               ? find_by_code (list, architecture, self->code)
                               : NULL;

  self->firmware = firmware != NULL ? drover_firmware_ref (firmware) : NULL;
  if (firmware != NULL && drover_firmware_get_kind (firmware) != NULL)
    self->kind = drover_firmware_get_kind (firmware);
  else if (self->code != NULL)
    self->kind = guess_kind (self->code);
  else if (self->kernel != NULL)
    self->kind = is_u_boot (self->kernel) ? DROVER_FIRMWARE_U_BOOT : DROVER_FIRMWARE_KERNEL;
  else
    self->kind = DROVER_FIRMWARE_BIOS;
}

static void
note (DroverFirmwareReading *self, int index)
{
  guint number = index;

  for (guint i = 0; i < self->arguments->len; i++)
    if (g_array_index (self->arguments, guint, i) == number)
      return;
  if (index >= 0)
    g_array_append_val (self->arguments, number);
}

static void
read_flash (DroverFirmwareReading *self, Parts *parts)
{
  self->code = g_strdup (get_flash_file (parts, 0));
  self->code_format = g_strdup (get_flash_format (parts, 0));
  self->vars = g_strdup (get_flash_file (parts, 1));
  self->vars_format = g_strdup (get_flash_format (parts, 1));
  self->code_argument = parts->file[0] >= 0 ? parts->file[0] : parts->drive[0];
  self->vars_argument = parts->file[1] >= 0 ? parts->file[1] : parts->drive[1];
  if (parts->drive[0] >= 0)
    self->legacy = drover_fields_are (parts->fields->pdata[parts->drive[0]], "pflash")
                     ? "-pflash"
                     : "-drive if=pflash";

  for (guint i = 0; i < 2; i++)
    {
      note (self, parts->machine[i]);
      note (self, parts->node[i]);
      note (self, parts->file[i]);
      note (self, parts->drive[i]);
    }
}

static gboolean
is_companion (Parts *parts, guint index)
{
  const DroverFields *fields = parts->fields->pdata[index];

  return fields->enabled && drover_fields_are (fields, "global") &&
         (g_strcmp0 (fields->text, SECURE_FLASH) == 0 ||
          g_strcmp0 (fields->text, NO_SUSPEND) == 0);
}

/**
 * drover_firmware_read:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @architecture: (nullable): of its program; %NULL when that is not known
 * @list: (nullable) (element-type DroverFirmware): what this host has
 *
 * Returns: (transfer full): what the arguments say of the machine's firmware
 */
DroverFirmwareReading *
drover_firmware_read (GPtrArray *arguments, const char *architecture, GPtrArray *list)
{
  DroverFirmwareReading *self = g_new0 (DroverFirmwareReading, 1);
  g_auto (Parts) parts = { NULL };

  parts_read (&parts, arguments);
  self->code_argument = self->vars_argument = -1;
  self->arguments = g_array_new (FALSE, FALSE, sizeof (guint));
  self->protected = parts.secure;
  if (parts.kernel >= 0)
    {
      const DroverFields *fields = parts.fields->pdata[parts.kernel];

      self->kernel = g_strdup (drover_fields_are (fields, "kernel")
                                 ? fields->text
                                 : drover_fields_get (fields, "kernel"));
    }

  read_flash (self, &parts);
  if (self->code == NULL && get_bios (&parts) != NULL)
    {
      self->code = g_strdup (get_bios (&parts));
      self->code_argument = parts.bios;
      note (self, parts.bios);
      judge (self, architecture, list);
      if (g_strcmp0 (self->kind, DROVER_FIRMWARE_UEFI) == 0)
        self->legacy = "-bios";
      return self;
    }

  judge (self, architecture, list);
  return self;
}

/**
 * drover_firmware_reading_free:
 *
 * Frees @self.
 */
void
drover_firmware_reading_free (DroverFirmwareReading *self)
{
  g_clear_pointer (&self->firmware, drover_firmware_unref);
  g_free (self->code);
  g_free (self->code_format);
  g_free (self->vars);
  g_free (self->vars_format);
  g_free (self->kernel);
  g_array_unref (self->arguments);
  g_free (self);
}

/* Whether the argument is the beginning of a block of Drover's: a `-machine` that says nothing
 * else. */
static gboolean
begins_block (Parts *parts, int index)
{
  const DroverFields *fields = index >= 0 ? parts->fields->pdata[index] : NULL;

  for (guint i = 0; fields != NULL && i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (!g_str_equal (field->key, "pflash0") && !g_str_equal (field->key, "pflash1") &&
          !(g_str_equal (field->key, "smm") && g_str_equal (field->value, "on")))
        return FALSE;
    }

  return fields != NULL;
}

static gboolean
is_used_otherwise (DroverReferences *references, guint node, const gboolean *goes)
{
  for (guint i = 0; i < references->fields->len; i++)
    if (!goes[i] && ((DroverFields *) references->fields->pdata[i])->enabled &&
        !drover_fields_are (references->fields->pdata[i], "machine") &&
        drover_references_uses (references, i, node))
      return TRUE;

  return FALSE;
}

/* Nodes that nothing else stands on. */
static void
mark_nodes (Parts *parts, GPtrArray *arguments, gboolean *goes)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);

  for (guint i = 0; i < 2; i++)
    {
      if (parts->node[i] >= 0 && !is_used_otherwise (references, parts->node[i], goes))
        goes[parts->node[i]] = TRUE;
      if (parts->file[i] >= 0 && !is_used_otherwise (references, parts->file[i], goes))
        goes[parts->file[i]] = TRUE;
    }
}

static void
mark_block (Parts *parts, gboolean *goes)
{
  guint i = parts->machine[0];

  if (!begins_block (parts, parts->machine[0]))
    return;

  goes[i++] = TRUE;
  while (i < parts->fields->len && (goes[i] || is_companion (parts, i)))
    goes[i++] = TRUE;
}

/* The whole argument, or what it says of firmware beside other things. */
static DroverArgument *
dup_rest (DroverArgument *argument)
{
  static const char *const keys[] = { "pflash0", "pflash1", "firmware" };
  g_autoptr (DroverArgument) rest = drover_argument_ref (argument);
  g_autoptr (DroverFields) fields = drover_fields_new (argument);

  if (!fields->enabled || !drover_fields_are (fields, "machine"))
    return g_steal_pointer (&rest);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      DroverArgument *changed;

      if (drover_fields_get (fields, keys[i]) == NULL)
        continue;
      changed = drover_fields_with (rest, keys[i], NULL, NULL);
      drover_argument_unref (rest);
      rest = changed;
      if (rest == NULL || drover_argument_get_value (rest) == NULL ||
          *drover_argument_get_value (rest) == '\0')
        return NULL;
    }

  return g_steal_pointer (&rest);
}

/* What QEMU takes for a kernel and is firmware all the same. */
static gboolean
is_loader (Parts *parts)
{
  const DroverFields *fields = parts->kernel >= 0 ? parts->fields->pdata[parts->kernel] : NULL;

  return fields != NULL && drover_fields_are (fields, "kernel") && fields->text != NULL &&
         is_u_boot (fields->text);
}

static GPtrArray *
without_firmware (GPtrArray *arguments)
{
  GPtrArray *result = drover_arguments_new ();
  g_autofree gboolean *goes = g_new0 (gboolean, arguments->len + 1);
  g_auto (Parts) parts = { NULL };

  parts_read (&parts, arguments);
  for (guint i = 0; i < 2; i++)
    if (parts.drive[i] >= 0)
      goes[parts.drive[i]] = TRUE;
  if (parts.bios >= 0 && drover_fields_are (parts.fields->pdata[parts.bios], "bios"))
    goes[parts.bios] = TRUE;
  if (is_loader (&parts))
    goes[parts.kernel] = TRUE;
  mark_nodes (&parts, arguments, goes);
  mark_block (&parts, goes);

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *rest = goes[i] ? NULL : dup_rest (arguments->pdata[i]);

      if (rest != NULL)
        g_ptr_array_add (result, rest);
    }

  return result;
}

/* @note: (nullable) */
static void
insert (GPtrArray *arguments, guint *place, const char *flag, const char *value, const char *note_)
{
  g_autoptr (DroverArgument) argument = drover_argument_new (flag, value);

  g_ptr_array_insert (arguments, (*place)++,
                      note_ != NULL ? drover_argument_with_note (argument, note_)
                                    : drover_argument_ref (argument));
}

static void
insert_node (GPtrArray *arguments, guint *place, const char *node, const char *driver,
             const char *file, gboolean read_only, const char *note_)
{
  g_autofree char *escaped = drover_keyval_escape (file);
  g_autofree char *value =
    g_strdup_printf ("driver=%s,node-name=%s,%sfile.driver=file,file.filename=%s", driver, node,
                     read_only ? "read-only=on," : "", escaped);

  insert (arguments, place, "-blockdev", value, note_);
}

/* Behind the last `-machine`, but not in front of what would be taken for a part of the block. */
static guint
choose_place (GPtrArray *arguments)
{
  g_auto (Parts) parts = { NULL };
  guint place = 0;

  parts_read (&parts, arguments);
  for (guint i = 0; i < arguments->len; i++)
    if (drover_fields_are (parts.fields->pdata[i], "machine"))
      place = i + 1;
  while (place < arguments->len && is_companion (&parts, place))
    place++;

  return place;
}

static gboolean
has_smm (GPtrArray *arguments)
{
  g_autoptr (GPtrArray) fields = drover_fields_list (arguments);
  const char *last = NULL;

  for (guint i = 0; i < fields->len; i++)
    if (((DroverFields *) fields->pdata[i])->enabled &&
        drover_fields_are (fields->pdata[i], "machine") &&
        drover_fields_get (fields->pdata[i], "smm") != NULL)
      last = drover_fields_get (fields->pdata[i], "smm");

  return g_strcmp0 (last, "on") == 0;
}

static void
insert_flash (GPtrArray *arguments, guint place, const char *architecture,
              DroverFirmware *firmware, const char *vars_file)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autofree char *code = drover_references_dup_free_id (references, "firmware");
  g_autofree char *vars = drover_references_dup_free_id (references, "vars");
  gboolean combined = g_strcmp0 (firmware->mode, "combined") == 0;
  gboolean is_pc = g_str_equal (architecture, "x86_64") || g_str_equal (architecture, "i386");
  gboolean smm = is_pc && drover_firmware_has (firmware, "requires-smm");
  g_autoptr (GString) machine = g_string_new (NULL);

  g_string_append_printf (machine, "pflash0=%s", combined ? vars : code);
  if (firmware->vars != NULL && !combined)
    g_string_append_printf (machine, ",pflash1=%s", vars);
  if (smm && !has_smm (arguments))
    g_string_append (machine, ",smm=on");
  insert (arguments, &place, "-machine", machine->str,
          smm ? _("UEFI lies in flash memory, and System Management Mode guards its variables.")
              : _("UEFI lies in flash memory."));
  if (!combined)
    insert_node (arguments, &place, code, firmware->code_format, firmware->code, TRUE,
                 _("UEFI’s program, which all machines share and none may write."));
  if (firmware->vars != NULL)
    insert_node (arguments, &place, vars,
                 g_str_has_suffix (vars_file, ".qcow2") ? "qcow2" : "raw", vars_file, FALSE,
                 _("This machine’s own UEFI variables: boot order, keys, settings."));
  if (!smm)
    return;

  insert (arguments, &place, "-global", SECURE_FLASH,
          _("Only System Management Mode may write the variables, so no system can change the"
            " keys unasked."));
  insert (arguments, &place, "-global", NO_SUSPEND,
          _("Without suspend to memory, which UEFI with Secure Boot does not support here."));
}

/**
 * drover_firmware_apply:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @architecture: of its program
 * @firmware: (nullable): what it is to start with; %NULL for what it has by itself
 * @vars_file: (nullable): the variable store, as the arguments are to name it; %NULL for
 *   drover_firmware_get_vars_name(). A name that ends in `.qcow2` is of a qcow2 image
 * @error: set to %DROVER_ERROR_ARGUMENT
 *
 * Puts a machine's firmware in the place of what it had, whichever way that was written. What an
 * earlier call added goes wholly; nothing that says something else is touched. No file is made.
 *
 * Returns: (transfer full) (element-type DroverArgument) (nullable): the new arguments
 */
GPtrArray *
drover_firmware_apply (GPtrArray *arguments, const char *architecture, DroverFirmware *firmware,
                       const char *vars_file, GError **error)
{
  g_autoptr (GPtrArray) result = NULL;
  guint place;

  result = without_firmware (arguments);
  if (firmware == NULL)
    return g_steal_pointer (&result);

  place = choose_place (result);
  if (vars_file == NULL)
    vars_file = drover_firmware_get_vars_name (firmware);

  if (g_str_equal (firmware->device, "flash"))
    insert_flash (result, place, architecture, firmware, vars_file);
  else if (g_str_equal (firmware->device, "memory"))
    insert (result, &place, "-bios", firmware->code, NULL);
  else if (g_str_equal (firmware->device, "kernel"))
    insert (result, &place, "-kernel", firmware->code, NULL);
  else
    {
      drover_arguments_refuse (error, _("Drover does not know how QEMU takes this firmware (%s)"),
                               firmware->device);
      return NULL;
    }

  return g_steal_pointer (&result);
}

/**
 * drover_firmware_apply_file:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @option: `-bios`, or `-kernel` for firmware that QEMU takes that way
 * @file: a file; for `-bios` also `default` or `none`
 *
 * Makes the machine start with firmware in one file.
 *
 * Returns: (transfer full) (element-type DroverArgument): the new arguments
 */
GPtrArray *
drover_firmware_apply_file (GPtrArray *arguments, const char *option, const char *file)
{
  GPtrArray *result = without_firmware (arguments);
  guint place = choose_place (result);

  insert (result, &place, option, file, NULL);
  return result;
}

static gboolean
is_of_kernel (DroverArgument *argument)
{
  static const char *const options[] = { "kernel", "initrd", "append", "dtb", "shim", NULL };

  return g_strv_contains (options, drover_argument_get_option (argument));
}

/**
 * drover_firmware_switch_kernel:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @on: whether the machine is to start a kernel directly
 *
 * Switches the arguments of a kernel off, or those on that were switched off. So nothing is lost
 * by looking at another way to start.
 *
 * Returns: (transfer full) (element-type DroverArgument): the new arguments
 */
GPtrArray *
drover_firmware_switch_kernel (GPtrArray *arguments, gboolean on)
{
  GPtrArray *result = drover_arguments_new ();

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (result, is_of_kernel (arguments->pdata[i])
                               ? drover_argument_with_enabled (arguments->pdata[i], on)
                               : drover_argument_ref (arguments->pdata[i]));

  return result;
}

/**
 * drover_firmware_apply_kernel:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @kernel: (nullable): the file; %NULL for the one whose argument is switched off
 *
 * Makes the machine start a kernel, without firmware of the user's choice.
 *
 * Returns: (transfer full) (element-type DroverArgument): the new arguments
 */
GPtrArray *
drover_firmware_apply_kernel (GPtrArray *arguments, const char *kernel)
{
  g_autoptr (GPtrArray) bare = without_firmware (arguments);
  GPtrArray *result = drover_firmware_switch_kernel (bare, TRUE);
  guint place = choose_place (result);

  for (guint i = 0; kernel != NULL && i < result->len; i++)
    if (g_str_equal (drover_argument_get_option (result->pdata[i]), "kernel"))
      {
        drover_arguments_take (result, i,
                               drover_argument_with_value (result->pdata[i], kernel));
        kernel = NULL;
      }
  if (kernel != NULL)
    insert (result, &place, "-kernel", kernel, NULL);
  return result;
}
