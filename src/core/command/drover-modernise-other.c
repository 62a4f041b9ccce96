/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-keyval.h"
#include "drover-modernise.h"

static const DroverFields *
get_fields (DroverModernise *self, guint argument)
{
  return self->references->fields->pdata[argument];
}

static void
append_pair (GString *text, const char *key, const char *value)
{
  g_autofree char *escaped = drover_keyval_escape (value);

  g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "," : "", key, escaped);
}

/* The items of @fields but for the keys @without. */
static void
append_items (GString *text, const DroverFields *fields, const char *const *without)
{
  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (!g_strv_contains (without, field->key))
        append_pair (text, field->key, field->value);
    }
}

/* Memory */

/* `-m` counts in MiB, an object in bytes. */
static char *
dup_memory_size (DroverModernise *self)
{
  for (guint i = self->references->fields->len; i-- > 0;)
    {
      DroverArgument *argument = self->arguments->pdata[i];
      g_autofree char *size = NULL;

      if (!get_fields (self, i)->enabled ||
          !g_str_equal (drover_argument_get_option (argument), "m") ||
          drover_argument_get_value (argument) == NULL)
        continue;
      size = drover_keyval_dup (drover_argument_get_value (argument), "size", "size");
      if (size == NULL || *size == '\0')
        continue;
      if (size[strspn (size, G_CSET_DIGITS)] == '\0')
        return g_strdup_printf ("%sM", size);

      return g_strdup (size[strspn (size, G_CSET_DIGITS)] != '$' && g_ascii_isdigit (*size)
                         ? size
                         : NULL);
    }

  return g_strdup ("128M");
}

/**
 * drover_modernise_memory:
 *
 * `-mem-path`: an object that is the machine's memory.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_memory (DroverModernise *self, GError **error)
{
  g_autofree char *id = drover_references_dup_free_id (self->references, "mem");
  g_autofree char *size = dup_memory_size (self);
  g_autofree char *machine = g_strdup_printf ("memory-backend=%s", id);
  g_autoptr (GString) object = g_string_new ("memory-backend-file");

  if (self->board == DROVER_BOARD_OTHER)
    return drover_arguments_refuse (
      error, _("Drover does not know how much memory this machine type has by itself"));
  if (size == NULL)
    return drover_arguments_refuse (error, _("The size of the memory in “-m” is not a number"));
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = get_fields (self, i);

      if (fields->enabled &&
          (drover_fields_are (fields, "numa") || (drover_fields_are (fields, "machine") &&
                                                  drover_fields_get (fields, "memory-backend"))))
        return drover_arguments_refuse (
          error, _("The memory is split up already, by “-numa” or “memory-backend=”"));
    }

  append_pair (object, "id", id);
  append_pair (object, "size", size);
  append_pair (object, "mem-path", drover_fields_get (self->fields, ""));
  drover_modernise_replace (self, "-object", object->str);
  drover_modernise_insert (self, self->argument + 1, "-machine", machine);
  return TRUE;
}

/* Network */

static gboolean
is_nic (const DroverFields *fields)
{
  return g_strcmp0 (drover_fields_get (fields, "type"), "nic") == 0;
}

/* The other one of two `-net`; -1 when there are more or fewer, which then share a hub. */
static int
find_other_net (DroverModernise *self)
{
  int other = -1;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = get_fields (self, i);

      if (i == self->argument || !fields->enabled || !drover_fields_are (fields, "net"))
        continue;
      if (other >= 0 || is_nic (fields) == is_nic (self->fields))
        return -1;
      other = i;
    }

  return other;
}

/**
 * drover_modernise_net:
 *
 * One `-net nic` and one `-net user` (or any other): a `-nic` in the place of the first. Both are
 * the machine's own card, which a `-device` would not be everywhere.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_net (DroverModernise *self, GError **error)
{
  static const char *const without_type[] = { "type", "macaddr", "netdev", NULL };
  static const char *const without_name[] = { "type", "name", "id", NULL };
  const char *type = drover_fields_get (self->fields, "type");
  g_autoptr (GString) nic = g_string_new (NULL);
  const DroverFields *front;
  const DroverFields *back;
  int other;

  if (g_strcmp0 (type, "none") == 0)
    {
      drover_modernise_replace (self, "-nic", "none");
      return TRUE;
    }
  if (!self->fields->enabled)
    return drover_arguments_refuse (error, _("It is switched off; switch it on first"));
  if (drover_fields_get (self->fields, "netdev") != NULL)
    return drover_arguments_refuse (
      error, _("It is joined to a “-netdev”, and only a “-device” could say so today; which one "
               "depends on the machine"));

  other = find_other_net (self);
  if (other < 0)
    return drover_arguments_refuse (
      error, _("Only one “-net nic” and one other “-net” make one network card; more of them "
               "share a hub, and one alone is not connected"));

  front = is_nic (self->fields) ? self->fields : get_fields (self, other);
  back = is_nic (self->fields) ? get_fields (self, other) : self->fields;
  if (drover_fields_get (front, "netdev") != NULL || drover_fields_get (front, "name") != NULL ||
      drover_fields_get (back, "id") != NULL)
    return drover_arguments_refuse (error, _("The “-net” has a name, which “-nic” cannot have"));

  append_items (nic, back, without_name);
  g_string_prepend (nic, nic->len > 0 ? "," : "");
  g_string_prepend (nic, drover_fields_get (back, "type"));
  append_items (nic, front, without_type);
  if (drover_fields_get (front, "macaddr") != NULL)
    append_pair (nic, "mac", drover_fields_get (front, "macaddr"));
  drover_modernise_replace (self, "-nic", nic->str);
  g_ptr_array_remove_index (self->result, other);
  return TRUE;
}

/* Sound */

static const struct
{
  const char *model;
  const char *driver;
} sounds[] = {
  { "ac97", "AC97" },   { "es1370", "ES1370" }, { "sb16", "sb16" },     { "adlib", "adlib" },
  { "gus", "gus" },     { "cs4231a", "cs4231a" }, { "hda", "intel-hda" },
  { "virtio", "virtio-sound" },
};

static const char *
find_sound (const char *model)
{
  for (guint i = 0; i < G_N_ELEMENTS (sounds); i++)
    if (g_str_equal (sounds[i].model, model))
      return sounds[i].driver;

  return NULL;
}

/* Inserts the device at *@index, and an HDA codec on its controller behind it. */
static void
insert_sound (DroverModernise *self, const char *driver, const char *audiodev, guint *index)
{
  g_autofree char *id = drover_references_dup_free_id (self->references, "sound");
  gboolean is_hda = g_str_equal (driver, "intel-hda");
  g_autofree char *controller = g_strdup_printf ("intel-hda,id=%s", id);
  g_autofree char *text = is_hda ? g_strdup_printf ("hda-duplex,bus=%s.0", id) : g_strdup (driver);
  g_autofree char *joined =
    audiodev != NULL ? g_strdup_printf ("%s,audiodev=%s", text, audiodev) : g_strdup (text);

  if (is_hda)
    drover_modernise_insert (self, (*index)++, "-device", controller);
  drover_modernise_insert (self, (*index)++, "-device", joined);
}

static gboolean
replace_audio (DroverModernise *self, GError **error)
{
  static const char *const without[] = { "model", "driver", "id", NULL };
  const char *model = drover_fields_get (self->fields, "model");
  const char *driver = find_sound (model);
  const char *id = drover_fields_get (self->fields, "id");
  guint index = drover_modernise_get_device_index (self);
  g_autoptr (GString) audiodev = g_string_new (drover_fields_get (self->fields, "driver"));

  if (driver == NULL)
    return drover_arguments_refuse (error, _("Drover does not know the sound card “%s”"), model);
  if (audiodev->len == 0)
    return drover_arguments_refuse (error, _("It does not say where the sound goes"));

  /* What QEMU itself calls it when it has no name. */
  if (id == NULL)
    id = "audiodev0";
  append_pair (audiodev, "id", id);
  append_items (audiodev, self->fields, without);
  drover_modernise_replace (self, "-audiodev", audiodev->str);
  insert_sound (self, driver, id, &index);
  return TRUE;
}

static const char *
find_audiodev (DroverModernise *self)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = get_fields (self, i);

      if (fields->enabled && drover_fields_are (fields, "audiodev"))
        return drover_fields_get (fields, "id");
    }

  return NULL;
}

/**
 * drover_modernise_sound:
 *
 * `-audio DRIVER,model=MODEL` and the older `-soundhw MODEL`. The latter did not say where the
 * sound goes, so the new device does not either unless there is an `-audiodev`.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_sound (DroverModernise *self, GError **error)
{
  const char *value = drover_fields_get (self->fields, "");
  guint index = drover_modernise_get_device_index (self);
  g_auto (GStrv) models = NULL;

  if (drover_fields_are (self->fields, "audio"))
    return replace_audio (self, error);

  models = g_strsplit (value != NULL ? value : "", ",", -1);
  for (guint i = 0; models[i] != NULL; i++)
    if (find_sound (models[i]) == NULL)
      return drover_arguments_refuse (error, _("Drover does not know the sound card “%s”"),
                                      models[i]);

  for (guint i = 0; models[i] != NULL; i++)
    insert_sound (self, find_sound (models[i]), find_audiodev (self), &index);

  /* What was inserted before it has moved it on. */
  for (guint i = 0; i < self->result->len; i++)
    if (self->result->pdata[i] == self->arguments->pdata[self->argument])
      {
        g_ptr_array_remove_index (self->result, i);
        break;
      }
  return TRUE;
}

/* Sharing */

/**
 * drover_modernise_share:
 *
 * `-virtfs`: a `-fsdev` and its device, in their place.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_share (DroverModernise *self, GError **error)
{
  static const char *const without[] = { "fsdriver", "id", "mount_tag", NULL };
  const char *tag = drover_fields_get (self->fields, "mount_tag");
  const char *fsdriver = drover_fields_get (self->fields, "fsdriver");
  const char *old_id = drover_fields_get (self->fields, "id");
  g_autofree char *id = old_id != NULL
                          ? g_strdup (old_id)
                          : drover_references_dup_free_id (self->references, "share");
  g_autoptr (GString) device = g_string_new ("virtio-9p");
  g_autoptr (GString) fsdev = NULL;

  if (tag == NULL || fsdriver == NULL)
    return drover_arguments_refuse (error, _("“mount_tag=” or the kind of share is missing"));

  fsdev = g_string_new (fsdriver);
  append_pair (fsdev, "id", id);
  append_items (fsdev, self->fields, without);
  append_pair (device, "fsdev", id);
  append_pair (device, "mount_tag", tag);
  drover_modernise_replace (self, "-fsdev", fsdev->str);
  drover_modernise_insert (self, self->argument + 1, "-device", device->str);
  return TRUE;
}

/* Display */

/* The board plugs in its own network cards before any “-device”, and one would take the slot. */
static gboolean
has_own_nic (DroverModernise *self)
{
  gboolean is_default = TRUE;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = get_fields (self, i);
      gboolean is_none = g_strcmp0 (drover_fields_get (fields, "type"), "none") == 0;

      if (!fields->enabled)
        continue;
      if ((drover_fields_are (fields, "nic") && !is_none) ||
          (drover_fields_are (fields, "net") && is_nic (fields)))
        return TRUE;
      if (drover_fields_are (fields, "nodefaults") || drover_fields_are (fields, "nic") ||
          drover_fields_are (fields, "net") || drover_fields_are (fields, "netdev"))
        is_default = FALSE;
    }

  return is_default;
}

/**
 * drover_modernise_display:
 *
 * `-vga MODEL` of a PC: the same card, in the slot where the machine has put it.
 *
 * Returns: whether it could
 */
gboolean
drover_modernise_display (DroverModernise *self, GError **error)
{
  static const char *const cards[][2] = {
    { "std", "VGA" },           { "cirrus", "cirrus-vga" }, { "qxl", "qxl-vga" },
    { "vmware", "vmware-svga" }, { "virtio", "virtio-vga" },
  };
  const char *name = drover_fields_get (self->fields, "");

  if (self->board != DROVER_BOARD_PC && self->board != DROVER_BOARD_Q35)
    return drover_arguments_refuse (
      error, _("Drover knows only where PCs plug in their graphics card"));

  if (has_own_nic (self))
    return drover_arguments_refuse (
      error, _("The machine’s own network card would take the slot of the graphics card; make it "
               "a “-device” first"));

  for (guint i = 0; i < self->references->fields->len; i++)
    if (i != self->argument && get_fields (self, i)->enabled &&
        drover_fields_are (get_fields (self, i), "vga"))
      return drover_arguments_refuse (error, _("There is more than one “-vga”"));

  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    if (g_strcmp0 (name, cards[i][0]) == 0)
      {
        g_autofree char *device = g_strdup_printf ("%s,addr=0x%x", cards[i][1],
                                                   self->board == DROVER_BOARD_Q35 ? 1 : 2);

        drover_modernise_replace (self, "-device", device);
        return TRUE;
      }

  return drover_arguments_refuse (error, _("Drover does not know the graphics card “%s”"), name);
}
