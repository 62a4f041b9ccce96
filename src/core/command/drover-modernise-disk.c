/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-drive.h"
#include "drover-image-format.h"
#include "drover-keyval.h"

/**
 * Split:
 * @node: the text of the `-blockdev`
 * @guest: what the front has to say besides which node it has: `,werror=stop`
 * @id: the node's name
 */
typedef struct
{
  DroverModernise *modernise;
  const DroverDrive *drive;
  GString *node;
  GString *guest;
  char *id;
} Split;

static void
clear_split (Split *split)
{
  g_string_free (split->node, TRUE);
  g_string_free (split->guest, TRUE);
  g_free (split->id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Split, clear_split)

static void
append_pair (GString *text, const char *key, const char *value)
{
  g_autofree char *escaped = drover_keyval_escape (value);

  g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "," : "", key, escaped);
}

static const char *
get (const Split *split, const char *key)
{
  return drover_fields_get (split->modernise->fields, key);
}

static gboolean
is_on (const char *value)
{
  return g_strcmp0 (value, "on") == 0 || g_strcmp0 (value, "yes") == 0 ||
         g_strcmp0 (value, "true") == 0 || g_strcmp0 (value, "y") == 0;
}

static gboolean
check_machine (Split *split, GError **error)
{
  DroverModernise *self = split->modernise;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];

      if (!fields->enabled)
        continue;
      if (drover_fields_are (fields, "snapshot"))
        return drover_arguments_refuse (
          error, _("“-snapshot” is there, which protects drives but not “-blockdev”"));
      if (drover_fields_are (fields, "set") &&
          drover_references_uses (self->references, i, self->argument))
        return drover_arguments_refuse (
          error, _("“-set” changes this drive, and does not reach “-blockdev”"));
    }

  return TRUE;
}

static gboolean
choose_id (Split *split, GError **error)
{
  const char *id = get (split, "id");
  const char *node_name = get (split, "node-name");

  if (id != NULL && node_name != NULL)
    return drover_arguments_refuse (
      error, _("It has an id and a node name, and both may be in use"));

  if (id == NULL)
    id = node_name;
  if (id != NULL && strlen (id) > 31)
    return drover_arguments_refuse (error,
                                    _("“%s” is too long for a node, which may have 31 letters"),
                                    id);

  split->id = id != NULL ? g_strdup (id)
                         : drover_references_dup_free_id (split->modernise->references,
                                                          split->drive->is_cd ? "cd" : "disk");
  return TRUE;
}

static const char *
get_file (const Split *split)
{
  const char *file = get (split, "file");

  return file != NULL ? file : get (split, "");
}

/* The format must be sure: with another one the guest would see garbage and might write it. */
static gboolean
append_driver (Split *split, GError **error)
{
  const char *format = get (split, "format");
  const char *file = get_file (split);

  if (format == NULL)
    format = get (split, "driver");
  if (format == NULL && file != NULL)
    format = drover_image_format_probe (file, split->modernise->folder);
  if (format == NULL && file != NULL)
    format = drover_image_format_of_name (file);
  if (format == NULL)
    return drover_arguments_refuse (
      error, _("Drover cannot see in which format “%s” is, and “-blockdev” has to say it; write "
               "it down first, as in “-drive format=raw”"),
      file != NULL ? file : "");

  append_pair (split->node, "driver", format);
  append_pair (split->node, "node-name", split->id);
  return TRUE;
}

static gboolean
append_file (Split *split, GError **error)
{
  const char *file = get_file (split);
  const char *driver;

  if (file == NULL && (get (split, "file.driver") != NULL || get (split, "file.filename") != NULL))
    return TRUE;
  if (file == NULL || *file == '\0')
    return drover_arguments_refuse (error,
                                    _("The drive is empty, and “-blockdev” needs a file"));
  if (drover_image_has_protocol (file))
    return drover_arguments_refuse (
      error, _("“%s” is no plain file name; Drover cannot take it apart yet"), file);

  driver = drover_image_get_file_driver (file, split->modernise->folder, split->drive->is_cd);
  if (driver == NULL)
    return drover_arguments_refuse (
      error, _("“%s” is not there, so Drover cannot see what kind of device it is"), file);

  append_pair (split->node, "file.driver", driver);
  append_pair (split->node, "file.filename", file);
  return TRUE;
}

/* Host caching is the node's, the guest's write cache is the device's. */
static gboolean
append_cache (Split *split, GError **error)
{
  static const struct
  {
    const char *mode;
    const char *node_key;
    gboolean through;
  } modes[] = {
    { "writeback", NULL, FALSE },
    { "writethrough", NULL, TRUE },
    { "none", "cache.direct", FALSE },
    { "off", "cache.direct", FALSE },
    { "directsync", "cache.direct", TRUE },
    { "unsafe", "cache.no-flush", FALSE },
  };
  const char *cache = get (split, "cache");

  if (cache == NULL)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i].mode, cache))
      {
        if (modes[i].node_key != NULL)
          append_pair (split->node, modes[i].node_key, "on");
        if (modes[i].through)
          g_string_append (split->guest, ",write-cache=off");
        return TRUE;
      }

  return drover_arguments_refuse (error, _("Drover does not know the cache mode “%s”"), cache);
}

/* Keys that QEMU reads of the drive itself, so that no node knows them. */
static gboolean
append_other (Split *split, const DroverField *field, GError **error)
{
  static const char *const done[] = { "",      "file", "format", "driver", "id",    "node-name",
                                      "if",    "index", "bus",   "unit",   "media", "cache",
                                      "readonly", "read-only", NULL };
  static const char *const odd[] = { "snapshot", "copy-on-read", "serial", "addr", "boot",
                                     "cyls",     "heads",        "secs",   "trans", "group",
                                     "cache.writeback", NULL };

  if (g_strv_contains (done, field->key))
    return TRUE;
  if (g_str_equal (field->key, "werror") || g_str_equal (field->key, "rerror"))
    append_pair (split->guest, field->key, field->value);
  else if (g_str_equal (field->key, "aio"))
    append_pair (split->node, "file.aio", field->value);
  else if ((g_str_equal (field->key, "snapshot") || g_str_equal (field->key, "copy-on-read")) &&
           g_str_equal (field->value, "off"))
    return TRUE;
  else if (g_strv_contains (odd, field->key) || g_str_has_prefix (field->key, "throttling.") ||
           g_str_has_prefix (field->key, "iops") || g_str_has_prefix (field->key, "bps"))
    return drover_arguments_refuse (
      error, _("“%s” is known of “-drive” only; Drover cannot rewrite that"), field->key);
  else
    append_pair (split->node, field->key, field->value);

  return TRUE;
}

static gboolean
describe_node (Split *split, GError **error)
{
  GArray *items = split->modernise->fields->items;
  gboolean read_only =
    split->drive->is_cd || is_on (get (split, "read-only")) || is_on (get (split, "readonly"));

  if (!append_driver (split, error))
    return FALSE;

  /* “-drive” opens a file that cannot be written for reading, “-blockdev” does when it is told. */
  if (read_only)
    append_pair (split->node, "read-only", "on");
  else if (get (split, "auto-read-only") == NULL)
    append_pair (split->node, "auto-read-only", "on");

  if (!append_cache (split, error) || !append_file (split, error))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    if (!append_other (split, &g_array_index (items, DroverField, i), error))
      return FALSE;

  return TRUE;
}

/* A `-device` for a disk makes QEMU leave out the empty CD or floppy drive that it would add; so
 * that has to be said too. */
static gboolean
has_default (DroverModernise *self, const char *const *drivers)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *driver = drover_fields_get (fields, "driver");

      if (fields->enabled && (drover_fields_are (fields, "nodefaults") ||
                              (drover_fields_are (fields, "device") && driver != NULL &&
                               g_strv_contains (drivers, driver))))
        return FALSE;
    }

  return TRUE;
}

static gboolean
plug_ide (Split *split, GArray *drives, GError **error)
{
  static const char *const drivers[] = { "ide-cd",  "ide-hd",  "ide-drive",
                                         "scsi-cd", "scsi-hd", NULL };
  DroverModernise *self = split->modernise;
  guint cd_bus = self->board == DROVER_BOARD_Q35 ? 2 : 1;
  g_autofree char *device =
    g_strdup_printf ("%s,bus=ide.%u,unit=%u,drive=%s%s",
                     split->drive->is_cd ? "ide-cd" : "ide-hd", split->drive->bus,
                     split->drive->unit, split->id, split->guest->str);

  if (self->board != DROVER_BOARD_PC && self->board != DROVER_BOARD_Q35)
    return drover_arguments_refuse (error,
                                    _("Drover does not know where this machine has its IDE"));

  drover_modernise_insert (self, self->argument + 1, "-device", device);
  if (has_default (self, drivers) && !drover_drives_has (drives, "ide", cd_bus, 0))
    {
      g_autofree char *cd = g_strdup_printf ("ide-cd,bus=ide.%u,unit=0", cd_bus);

      drover_modernise_insert (self, self->argument + 2, "-device", cd);
    }
  return TRUE;
}

static gboolean
plug_floppy (Split *split, GArray *drives, GError **error)
{
  static const char *const drivers[] = { "floppy", "isa-fdc", NULL };
  DroverModernise *self = split->modernise;
  g_autofree char *device = g_strdup_printf ("floppy,unit=%u,drive=%s%s", split->drive->unit,
                                             split->id, split->guest->str);

  if (self->board != DROVER_BOARD_PC)
    return drover_arguments_refuse (
      error, _("Drover does not know where this machine has its floppy drive"));

  drover_modernise_insert (self, self->argument + 1, "-device", device);
  if (has_default (self, drivers) && !drover_drives_has (drives, "floppy", 0, 0))
    drover_modernise_insert (self, self->argument + 2, "-device", "floppy,unit=0");
  return TRUE;
}

/* QEMU makes the devices of `if=virtio` after all those of `-device`, so the new one goes behind
 * them; of the drives themselves the first must be the first. */
static gboolean
plug_virtio (Split *split, GArray *drives, GError **error)
{
  DroverModernise *self = split->modernise;
  const char *driver = self->board == DROVER_BOARD_S390 ? "virtio-blk-ccw" : "virtio-blk-pci";
  g_autofree char *device =
    g_strdup_printf ("%s,drive=%s%s", driver, split->id, split->guest->str);
  guint index = self->argument;

  if (self->board == DROVER_BOARD_OTHER || self->board == DROVER_BOARD_MICROVM)
    return drover_arguments_refuse (
      error, _("Drover does not know where this machine plugs in virtio disks"));

  for (guint i = 0; i < drives->len; i++)
    {
      const DroverDrive *drive = &g_array_index (drives, DroverDrive, i);

      if (drive->argument < self->argument && g_strcmp0 (drive->interface, "virtio") == 0)
        return drover_arguments_refuse (
          error, _("Rewrite the virtio disk before it first, or the two would change places"));
    }

  for (guint i = self->argument; i < self->references->fields->len; i++)
    if (drover_fields_are (self->references->fields->pdata[i], "device"))
      index = i;
  drover_modernise_insert (self, index + 1, "-device", device);
  return TRUE;
}

static gboolean
plug_pflash (Split *split, GError **error)
{
  g_autofree char *machine = g_strdup_printf ("pflash%u=%s", split->drive->unit, split->id);

  if (split->drive->unit > 1 || split->modernise->board == DROVER_BOARD_OTHER ||
      split->modernise->board == DROVER_BOARD_S390)
    return drover_arguments_refuse (
      error, _("Drover does not know what this machine calls its flash memory"));

  drover_modernise_insert (split->modernise, split->modernise->argument + 1, "-machine", machine);
  return TRUE;
}

/* Gives a device a property that it does not have yet. */
static gboolean
give (DroverModernise *self, guint device, const char *key, const char *value, GError **error)
{
  DroverArgument *changed;

  if (drover_fields_get (self->references->fields->pdata[device], key) != NULL)
    return TRUE;

  changed = drover_fields_with (self->result->pdata[device], key, value, error);
  if (changed == NULL)
    return FALSE;

  drover_arguments_take (self->result, device, changed);
  return TRUE;
}

/* A SCSI disk without a serial number tells the guest the id of its “-drive”. */
static gboolean
keep_scsi_name (Split *split, guint device, GError **error)
{
  DroverModernise *self = split->modernise;
  const DroverFields *fields = self->references->fields->pdata[device];
  const char *driver = drover_fields_get (fields, "driver");

  if (driver == NULL || (!g_str_equal (driver, "scsi-hd") && !g_str_equal (driver, "scsi-cd") &&
                         !g_str_equal (driver, "scsi-disk")))
    return TRUE;

  return drover_fields_get (fields, "serial") != NULL ||
         give (self, device, "device_id", split->id, error);
}

/* The front is there already. What `-drive` said of it, it has to say itself now. */
static gboolean
plug_existing (Split *split, GError **error)
{
  DroverModernise *self = split->modernise;
  g_autoptr (GArray) items = drover_keyval_parse (split->guest->str, FALSE);

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      if (!drover_fields_are (self->references->fields->pdata[i], "device") ||
          !drover_references_uses (self->references, i, self->argument))
        continue;
      if (!keep_scsi_name (split, i, error))
        return FALSE;
      for (guint j = 0; j < items->len; j++)
        {
          const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, j);
          g_autofree char *key = g_strndup (split->guest->str + item->start, item->key_length);
          g_autofree char *value = drover_keyval_dup (split->guest->str, NULL, key);

          if (*key != '\0' && !give (self, i, key, value, error))
            return FALSE;
        }
    }

  return TRUE;
}

static gboolean
plug_in (Split *split, GArray *drives, GError **error)
{
  const char *interface = split->drive->interface;

  if (interface == NULL)
    return drover_arguments_refuse (
      error, _("Drover does not know where this machine type plugs in its disks"));
  if (g_str_equal (interface, "none"))
    return plug_existing (split, error);
  if (g_str_equal (interface, "ide"))
    return plug_ide (split, drives, error);
  if (g_str_equal (interface, "virtio"))
    return plug_virtio (split, drives, error);
  if (g_str_equal (interface, "floppy"))
    return plug_floppy (split, drives, error);
  if (g_str_equal (interface, "pflash"))
    return plug_pflash (split, error);

  return drover_arguments_refuse (
    error, _("“%s” is built into the machine, and has no other spelling"), interface);
}

/* A drive that names no place takes the first free one, so it would move into this one's. */
static gboolean
check_neighbours (DroverModernise *self, GArray *drives, GError **error)
{
  g_autoptr (DroverReferences) references = drover_references_new (self->result);
  g_autoptr (GArray) after = drover_drives_place (references, self->board);

  for (guint i = 0; i < after->len; i++)
    {
      const DroverDrive *new = &g_array_index (after, DroverDrive, i);
      guint argument;

      if (!g_ptr_array_find (self->arguments, self->result->pdata[new->argument], &argument))
        continue;
      for (guint j = 0; j < drives->len; j++)
        {
          const DroverDrive *old = &g_array_index (drives, DroverDrive, j);

          if (old->argument == argument && (old->bus != new->bus || old->unit != new->unit) &&
              g_strcmp0 (old->interface, "virtio") != 0 &&
              g_strcmp0 (old->interface, "none") != 0)
            return drover_arguments_refuse (
              error, _("Rewrite the drives behind it first, or one would move into its place"));
        }
    }

  return TRUE;
}

/**
 * drover_modernise_disk:
 *
 * `-hda`, `-cdrom`, `-drive` and their like: a `-blockdev` in their place, and the device in the
 * place where QEMU has put it.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_disk (DroverModernise *self, GError **error)
{
  g_autoptr (GArray) drives = drover_drives_place (self->references, self->board);
  g_auto (Split) split = { self, drover_drives_find (drives, self->argument),
                           g_string_new (NULL), g_string_new (NULL), NULL };

  if (split.drive == NULL)
    return drover_arguments_refuse (error, _("It is switched off; switch it on first"));

  if (!check_machine (&split, error) || !choose_id (&split, error) ||
      !describe_node (&split, error))
    return FALSE;

  /* append_pair() leaves out the comma in front of the first. */
  if (split.guest->len > 0 && split.guest->str[0] != ',')
    g_string_prepend_c (split.guest, ',');
  drover_modernise_replace (self, "-blockdev", split.node->str);
  return plug_in (&split, drives, error) && check_neighbours (self, drives, error);
}
