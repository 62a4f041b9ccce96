/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-adding.h"
#include "drover-arguments.h"
#include "drover-keyval.h"

static void
clear_property (gpointer data)
{
  DroverField *property = data;

  g_free (property->key);
  g_free (property->value);
}

/**
 * drover_adding_take:
 * @key: a property that may have been asked for
 *
 * Returns: (transfer full) (nullable): its value; it is then no longer among the properties
 */
char *
drover_adding_take (DroverAdding *self, const char *key)
{
  for (guint i = 0; i < self->properties->len; i++)
    {
      DroverField *property = &g_array_index (self->properties, DroverField, i);

      if (g_str_equal (property->key, key))
        {
          char *value = g_steal_pointer (&property->value);

          g_array_remove_index (self->properties, i);
          return value;
        }
    }

  return NULL;
}

/**
 * drover_adding_take_id:
 * @stem: what the id begins with when none was asked for
 *
 * Returns: (transfer full): the id that was asked for, else a free one
 */
char *
drover_adding_take_id (DroverAdding *self, const char *stem)
{
  char *id = drover_adding_take (self, "id");

  return id != NULL ? id : drover_references_dup_free_id (self->references, stem);
}

/**
 * drover_adding_append:
 *
 * Adds `key=value` to @text, commas doubled.
 */
void
drover_adding_append (GString *text, const char *key, const char *value)
{
  g_autofree char *escaped = drover_keyval_escape (value);

  g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "," : "", key, escaped);
}

static gboolean
matches (const char *const *keys, const char *key)
{
  for (guint i = 0; keys[i] != NULL; i++)
    if (g_str_has_suffix (keys[i], ".") ? g_str_has_prefix (key, keys[i])
                                        : g_str_equal (key, keys[i]))
      return TRUE;

  return FALSE;
}

/**
 * drover_adding_take_known:
 * @text: one half of the part
 * @keys: which properties belong to it; one that ends in a dot stands for all that begin so
 */
void
drover_adding_take_known (DroverAdding *self, GString *text, const char *const *keys)
{
  for (guint i = 0; i < self->properties->len;)
    {
      const DroverField *property = &g_array_index (self->properties, DroverField, i);

      if (matches (keys, property->key))
        {
          drover_adding_append (text, property->key, property->value);
          g_array_remove_index (self->properties, i);
        }
      else
        i++;
    }
}

/**
 * drover_adding_take_rest:
 * @text: the half that gets every property that is left
 */
void
drover_adding_take_rest (DroverAdding *self, GString *text)
{
  for (guint i = 0; i < self->properties->len; i++)
    {
      const DroverField *property = &g_array_index (self->properties, DroverField, i);

      drover_adding_append (text, property->key, property->value);
    }

  g_array_set_size (self->properties, 0);
}

/**
 * drover_adding_say:
 *
 * Adds an argument behind those so far.
 */
void
drover_adding_say (DroverAdding *self, const char *flag, const char *value)
{
  g_ptr_array_add (self->added, drover_argument_new (flag, value));
}

/**
 * drover_adding_get_virtio:
 *
 * Returns: what the names of this machine's virtio devices end in
 */
const char *
drover_adding_get_virtio (DroverAdding *self)
{
  return self->board == DROVER_BOARD_S390      ? "ccw"
         : self->board == DROVER_BOARD_MICROVM ? "device"
                                               : "pci";
}

/**
 * drover_adding_find_device:
 * @prefixes: what the driver may begin with
 *
 * Returns: index of the first enabled `-device` that is one of those, or -1
 */
int
drover_adding_find_device (DroverAdding *self, const char *const *prefixes)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *driver = drover_fields_get (fields, "driver");

      if (!fields->enabled || !drover_fields_are (fields, "device") || driver == NULL)
        continue;
      for (guint j = 0; prefixes[j] != NULL; j++)
        if (g_str_has_prefix (driver, prefixes[j]))
          return i;
    }

  return -1;
}

/**
 * drover_adding_use_bus:
 * @device: index of a controller
 *
 * What is plugged in must stand behind it.
 *
 * Returns: (transfer full) (nullable): its id; %NULL when it has none, and QEMU finds the bus
 */
char *
drover_adding_use_bus (DroverAdding *self, int device)
{
  self->after = MAX (self->after, device);
  return g_strdup (drover_fields_get (self->references->fields->pdata[device], "id"));
}

static gboolean
has_machine_usb (DroverAdding *self)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];

      if (fields->enabled &&
          (drover_fields_are (fields, "usb") || drover_fields_are (fields, "usbdevice") ||
           (drover_fields_are (fields, "machine") &&
            g_strcmp0 (drover_fields_get (fields, "usb"), "on") == 0)))
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_adding_ensure_usb:
 * @error: set to %DROVER_ERROR_ARGUMENT when the machine can have none
 *
 * Adds a USB controller when there is none to plug into. Other boards have their own.
 *
 * Returns: whether there is one now
 */
gboolean
drover_adding_ensure_usb (DroverAdding *self, GError **error)
{
  static const char *const controllers[] = { "qemu-xhci", "nec-usb-xhci", "usb-ehci",
                                             "ich9-usb-", "piix3-usb",    "piix4-usb",
                                             "vt82c686b-usb", "pci-ohci", NULL };
  int controller = drover_adding_find_device (self, controllers);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;

  if (self->board == DROVER_BOARD_S390 || self->board == DROVER_BOARD_MICROVM)
    return drover_arguments_refuse (error, _("This machine type has no USB"));
  if (controller >= 0)
    {
      self->after = MAX (self->after, controller);
      return TRUE;
    }
  if (has_machine_usb (self) || self->board == DROVER_BOARD_OTHER)
    return TRUE;

  id = drover_references_dup_free_id (self->references, "usb");
  text = g_strdup_printf ("qemu-xhci,id=%s", id);
  drover_adding_say (self, "-device", text);
  return TRUE;
}

/* What a part is made of, which needs no key when it comes first, as in QEMU's own options. */
static const char *
get_first_key (const char *kind)
{
  static const char *const keys[][2] = {
    { DROVER_PART_DISK, "file" },     { DROVER_PART_CARD, "model" },
    { DROVER_PART_SOUND, "model" },   { DROVER_PART_SHARE, "path" },
    { DROVER_PART_NUMA, "size" },     { DROVER_PART_OBJECT, "qom-type" },
    { DROVER_PART_DEVICE, "driver" }, { DROVER_PART_CHARACTER, "backend" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i][0], kind))
      return keys[i][1];

  return NULL;
}

static gboolean
read_properties (DroverAdding *self, const char *kind, const char *const *properties,
                 GError **error)
{
  for (guint i = 0; properties != NULL && properties[i] != NULL; i++)
    {
      const char *equals = strchr (properties[i], '=');
      const char *first = i == 0 ? get_first_key (kind) : NULL;
      DroverField property;

      if (equals == NULL && first != NULL && *properties[i] != '\0')
        {
          property.key = g_strdup (first);
          property.value = g_strdup (properties[i]);
          g_array_append_val (self->properties, property);
          continue;
        }
      if (equals == NULL || equals == properties[i])
        return drover_arguments_refuse (error, _("“%s” is not written as KEY=VALUE"),
                                        properties[i]);

      property.key = g_strndup (properties[i], equals - properties[i]);
      property.value = g_strdup (equals + 1);
      g_array_append_val (self->properties, property);
    }

  return TRUE;
}

static gboolean
run (DroverAdding *self, const char *kind, GError **error)
{
  static const struct
  {
    const char *kind;
    gboolean (*add) (DroverAdding *self, GError **error);
  } kinds[] = {
    { DROVER_PART_DISK, drover_adding_disk },     { DROVER_PART_CARD, drover_adding_card },
    { DROVER_PART_SOUND, drover_adding_sound },   { DROVER_PART_NUMA, drover_adding_numa },
    { DROVER_PART_SHARE, drover_adding_share },   { DROVER_PART_OBJECT, drover_adding_object },
    { DROVER_PART_DEVICE, drover_adding_device },
    { DROVER_PART_CHARACTER, drover_adding_character },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return kinds[i].add (self, error);

  return drover_arguments_refuse (
    error, _("“%s” cannot be added, only: disk, card, sound, numa, share, object, character, "
             "device"),
    kind);
}

/* An id is asked for by hand: it may be taken, or no id. */
static gboolean
check_ids (DroverAdding *self, GError **error)
{
  g_autoptr (DroverReferences) added = drover_references_new (self->added);

  for (guint i = 0; i < added->list->len; i++)
    {
      const DroverReference *reference = &g_array_index (added->list, DroverReference, i);

      if (!reference->defines)
        continue;
      if (!drover_id_is_valid (reference->value))
        return drover_arguments_refuse (
          error,
          _("“%s” cannot be an id: it begins with a letter and has only letters, digits and "
            "- . _"),
          reference->value);
      if (drover_references_find (self->references, reference->names, reference->value) >= 0)
        return drover_arguments_refuse (error, _("Something else is called “%s” already"),
                                        reference->value);
    }

  return TRUE;
}

/* Behind the last of its kind, else at the end; in any case behind what it is plugged into. */
static guint
find_place (DroverAdding *self, GPtrArray *arguments, const char *kind)
{
  g_autoptr (GPtrArray) parts = drover_parts_read (self->references, arguments);
  int place = -1;

  for (guint i = 0; i < parts->len; i++)
    {
      const DroverPart *part = parts->pdata[i];

      if (g_str_equal (part->kind, kind))
        place = MAX (place, MAX (part->scope.front, MAX (part->scope.back, part->scope.file)));
    }
  if (place < 0)
    return arguments->len;

  return MAX (place, self->after) + 1;
}

static char *
find_id (GPtrArray *arguments, guint place, guint n)
{
  /* The front, which has the part's name, is the last that is said. */
  g_autoptr (DroverPart) part = drover_parts_find_at (arguments, place + n - 1);

  return part != NULL ? g_strdup (part->id) : NULL;
}

/**
 * drover_parts_add_in:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @program: its program
 * @folder: (nullable): its folder, where relative file names start
 * @kind: one of the DROVER_PART_ names
 * @properties: (nullable): what the part is to be, as `key=value`; what Drover has no name for
 *   goes to the half that it belongs to, as it is. The key of the first may be left out: the
 *   disk's file, the device's driver and the like
 * @id: (out) (optional): the new part's id
 * @error: set to %DROVER_ERROR_ARGUMENT when something is missing, or cannot be
 *
 * Adds a part in today's form: both halves joined by ids that are free, and the controller that
 * it needs. For a disk `file`, `format`, `bus` (virtio, scsi, ide, sata, nvme, usb, sd, floppy)
 * and `media` (disk, cdrom) are known, for a card `type` and `model`, for a share `path` and
 * `tag`, for a sound card `type` and `model`, for a NUMA node `size`; a device needs its
 * `driver`, an object its `qom-type`, a character device its `backend`.
 *
 * A disk's file is read to see its format; when it is not there the name's ending counts, and
 * else it is raw.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_parts_add_in (GPtrArray *arguments, const char *program, const char *folder,
                     const char *kind, const char *const *properties, char **id, GError **error)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (DroverField));
  g_autoptr (GPtrArray) added = drover_arguments_new ();
  DroverAdding self = { references, folder, drover_board_find (references, program), program,
                        wanted, added, -1 };
  GPtrArray *result;
  guint place;

  g_array_set_clear_func (wanted, clear_property);
  if (!read_properties (&self, kind, properties, error) || !run (&self, kind, error) ||
      !check_ids (&self, error))
    return NULL;

  place = find_place (&self, arguments, kind);
  result = drover_arguments_copy (arguments);
  for (guint i = 0; i < added->len; i++)
    g_ptr_array_insert (result, place + i, drover_argument_ref (added->pdata[i]));
  if (id != NULL)
    *id = find_id (result, place, added->len);

  return result;
}

/**
 * drover_parts_add:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @program: its program
 * @kind: one of the DROVER_PART_ names
 * @properties: (nullable): what the part is to be, as `key=value`
 * @id: (out) (optional): the new part's id
 * @error: set to %DROVER_ERROR_ARGUMENT when something is missing, or cannot be
 *
 * drover_parts_add_in() for one who does not know the machine's folder: of a file with a relative
 * name only the ending tells the format.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_parts_add (GPtrArray *arguments, const char *program, const char *kind,
                  const char *const *properties, char **id, GError **error)
{
  return drover_parts_add_in (arguments, program, NULL, kind, properties, id, error);
}
