/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-device-maker.h"
#include "drover-device-private.h"
#include "drover-drive.h"

/* Which argument made a device: the one with its id; else the one that names what it uses, or that
 * made it; else, of those of -device that have no id, the one that has its place among them. The
 * older options make a device and what it uses at once, and QEMU names that by itself. */

struct _DroverDeviceMakers
{
  GPtrArray *arguments; /* into which the others point */
  DroverReferences *references;
  GArray *drives; /* element-type DroverDrive */
};

DroverDeviceMakers *
_drover_device_makers_new (const char *program, GPtrArray *arguments)
{
  DroverDeviceMakers *self = g_new0 (DroverDeviceMakers, 1);

  self->arguments = g_ptr_array_ref (arguments);
  self->references = drover_references_new (arguments);
  self->drives =
    drover_drives_place (self->references, drover_board_find (self->references, program));
  return self;
}

void
_drover_device_makers_free (DroverDeviceMakers *self)
{
  drover_references_free (self->references);
  g_array_unref (self->drives);
  g_ptr_array_unref (self->arguments);
  g_free (self);
}

/* Of -device without an id */

gboolean
_drover_device_is_backend (const char *property)
{
  static const char *const names[] = { "drive",  "netdev", "chardev", "audiodev",  "fsdev",
                                       "tpmdev", "memdev", "rng",     "cryptodev", NULL };

  return g_strv_contains (names, property);
}

/* `virtio-blk` is virtio-blk-pci on one board and virtio-blk-ccw on another. */
static gboolean
is_type (const char *driver, const char *type)
{
  static const char *const endings[] = { "", "-pci", "-ccw", "-device" };

  if (driver == NULL || type == NULL || !g_str_has_prefix (type, driver))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_equal (type + strlen (driver), endings[i]))
      return TRUE;
  return FALSE;
}

static const DroverFields *
get_anonymous (DroverDeviceMakers *self, guint i, const char *type)
{
  const DroverFields *fields = self->references->fields->pdata[i];

  return fields->enabled && drover_fields_are (fields, "device") &&
             drover_fields_get (fields, "id") == NULL &&
             is_type (drover_fields_get (fields, "driver"), type)
           ? fields
           : NULL;
}

static gboolean
uses_any (const DroverFields *fields, GPtrArray *backends)
{
  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);

      if (_drover_device_is_backend (field->key) &&
          g_ptr_array_find_with_equal_func (backends, field->value, g_str_equal, NULL))
        return TRUE;
    }

  return FALSE;
}

static int
find_user (DroverDeviceMakers *self, DroverDeviceNode *node)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = get_anonymous (self, i, node->made_type);

      if (fields != NULL && uses_any (fields, node->backends))
        return i;
    }

  return -1;
}

/* QEMU makes those that are written in JSON after all others. */
static int
find_nth (DroverDeviceMakers *self, const char *type, int ordinal)
{
  for (int is_json = FALSE; is_json <= TRUE; is_json++)
    for (guint i = 0; i < self->references->fields->len; i++)
      {
        const DroverFields *fields = get_anonymous (self, i, type);

        if (fields != NULL && fields->is_json == is_json && ordinal-- == 0)
          return i;
      }

  return -1;
}

/* What QEMU names */

/* As drive_new() does, such as `ide1-cd0` or `floppy0`. */
static char *
dup_drive_id (const DroverDrive *drive)
{
  gboolean has_buses = g_strcmp0 (drive->interface, "ide") == 0 ||
                       g_strcmp0 (drive->interface, "scsi") == 0;

  if (drive->interface == NULL)
    return NULL;
  return has_buses ? g_strdup_printf ("%s%u-%s%u", drive->interface, drive->bus,
                                      drive->is_cd ? "cd" : "hd", drive->unit)
                   : g_strdup_printf ("%s%u", drive->interface, drive->unit);
}

static int
find_drive (DroverDeviceMakers *self, const char *id)
{
  for (guint i = 0; i < self->drives->len; i++)
    {
      const DroverDrive *drive = &g_array_index (self->drives, DroverDrive, i);
      const DroverFields *fields = self->references->fields->pdata[drive->argument];
      g_autofree char *name = dup_drive_id (drive);

      if (g_strcmp0 (name, id) == 0 && drover_fields_get (fields, "id") == NULL)
        return drive->argument;
    }

  return -1;
}

typedef gboolean (*Counts) (const DroverFields *fields);

static gboolean
counts_always (const DroverFields *fields)
{
  return TRUE;
}

/* A network without an id gets the next number, and two digits of chance. */
static gboolean
has_generated_name (const DroverFields *fields)
{
  return drover_fields_get (fields, "id") == NULL &&
         g_strcmp0 (drover_fields_get (fields, "type"), "none") != 0;
}

static gboolean
has_port (const DroverFields *fields)
{
  return drover_fields_get (fields, "netdev") == NULL &&
         g_strcmp0 (drover_fields_get (fields, "type"), "none") != 0;
}

static int
find_numbered (DroverDeviceMakers *self, const char *option, Counts counts, guint64 number)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, option) && counts (fields) &&
          number-- == 0)
        return i;
    }

  return -1;
}

static int
find_generated (DroverDeviceMakers *self, const char *name)
{
  static const struct
  {
    const char *option;
    const char *start;
    gsize n_random; /* digits at the end that mean nothing */
    Counts counts;
  } names[] = {
    { "serial", "serial", 0, counts_always },
    { "parallel", "parallel", 0, counts_always },
    { "debugcon", "debugcon", 0, counts_always },
    { "nic", "#net", 2, has_generated_name },
    { "net", "hub0port", 0, has_port },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *digits = name + strlen (names[i].start);
      gsize length = g_str_has_prefix (name, names[i].start) ? strlen (digits) : 0;
      g_autofree char *number = NULL;
      guint64 value = 0;

      if (!g_str_has_prefix (name, names[i].start) || length < names[i].n_random)
        continue;
      number = g_strndup (digits, length - names[i].n_random);
      /* There is only one `debugcon`. */
      if (*number != '\0' ? !g_ascii_string_to_unsigned (number, 10, 0, 1000, &value, NULL)
                          : !g_str_equal (names[i].option, "debugcon"))
        continue;
      return find_numbered (self, names[i].option, names[i].counts, value);
    }

  return -1;
}

/* `-net nic,netdev=ID` makes a card for a network that another argument made. */
static int
find_card (DroverDeviceMakers *self, const char *netdev)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "net") &&
          g_strcmp0 (drover_fields_get (fields, "netdev"), netdev) == 0)
        return i;
    }

  return -1;
}

static int
find_backend (DroverDeviceMakers *self, const char *id)
{
  static const DroverNamespace names[] = {
    DROVER_NAMESPACE_BLOCK,    DROVER_NAMESPACE_NETDEV, DROVER_NAMESPACE_CHARDEV,
    DROVER_NAMESPACE_AUDIODEV, DROVER_NAMESPACE_FSDEV,  DROVER_NAMESPACE_TPMDEV,
    DROVER_NAMESPACE_OBJECT,
  };
  int argument = find_card (self, id);

  for (guint i = 0; argument < 0 && i < G_N_ELEMENTS (names); i++)
    argument = drover_references_find (self->references, names[i], id);
  if (argument < 0)
    argument = find_drive (self, id);
  return argument >= 0 ? argument : find_generated (self, id);
}

/* Returns: its index, or -1 */
int
_drover_device_makers_find (DroverDeviceMakers *self, DroverDeviceNode *node)
{
  int found = -1;

  if (node->id != NULL)
    {
      gboolean is_object = node->path != NULL && g_str_has_prefix (node->path, "/objects/");

      found = drover_references_find (self->references,
                                      is_object ? DROVER_NAMESPACE_OBJECT : DROVER_NAMESPACE_DEVICE,
                                      node->id);
      return found < 0 && !is_object ? find_generated (self, node->id) : found;
    }
  if (node->ordinal >= 0)
    found = find_user (self, node);
  for (guint i = 0; found < 0 && i < node->backends->len; i++)
    found = find_backend (self, node->backends->pdata[i]);
  return found < 0 && node->ordinal >= 0 ? find_nth (self, node->made_type, node->ordinal) : found;
}

/**
 * drover_device_node_find_argument:
 * @program: a machine's program
 * @arguments: (element-type DroverArgument): and its arguments, those that run or those that are
 *   being edited
 *
 * Looks for the argument that made this.
 *
 * Returns: its index, or -1
 */
int
drover_device_node_find_argument (DroverDeviceNode *self, const char *program,
                                  GPtrArray *arguments)
{
  g_autoptr (DroverDeviceMakers) makers = NULL;

  g_return_val_if_fail (DROVER_IS_DEVICE_NODE (self), -1);

  makers = _drover_device_makers_new (program, arguments);
  return _drover_device_makers_find (makers, self);
}
