/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-adding.h"

/* PCI Express takes a new device while the guest runs only at a port that is free, one device a
 * port. The root bus of Q35 and virt boards, where a device without `bus=` goes, does not. */

static gboolean
is_port (const DroverFields *fields)
{
  const char *driver = drover_fields_get (fields, "driver");

  return fields->enabled && drover_fields_are (fields, "device") && driver != NULL &&
         g_str_equal (driver, "pcie-root-port");
}

static gboolean
is_used (DroverReferences *references, guint port)
{
  for (guint i = 0; i < references->fields->len; i++)
    if (((DroverFields *) references->fields->pdata[i])->enabled &&
        drover_references_uses (references, i, port))
      return TRUE;

  return FALSE;
}

static gboolean
has_property (DroverAdding *self, const char *key)
{
  for (guint i = 0; i < self->properties->len; i++)
    if (g_str_equal (g_array_index (self->properties, DroverField, i).key, key))
      return TRUE;

  return FALSE;
}

/**
 * drover_adding_use_port:
 * @device: the text of a PCI device so far: its driver
 *
 * Plugs it into a root port that is free, when the machine has one and no other place was asked
 * for: only there can it come and go while the guest runs.
 */
void
drover_adding_use_port (DroverAdding *self, GString *device)
{
  if ((self->board != DROVER_BOARD_Q35 && self->board != DROVER_BOARD_VIRT) ||
      has_property (self, "bus") || has_property (self, "addr"))
    return;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *id = drover_fields_get (fields, "id");

      if (is_port (fields) && id != NULL && !is_used (self->references, i))
        {
          drover_adding_append (device, "bus", id);
          self->after = MAX (self->after, (int) i);
          return;
        }
    }
}

static guint
get_free_chassis (DroverReferences *references)
{
  guint64 last = 0;

  for (guint i = 0; i < references->fields->len; i++)
    {
      const char *chassis = drover_fields_get (references->fields->pdata[i], "chassis");

      if (chassis != NULL)
        last = MAX (last, g_ascii_strtoull (chassis, NULL, 0));
    }

  return last + 1;
}

/**
 * drover_arguments_add_ports:
 * @arguments: (element-type DroverArgument): the arguments of a machine with PCI Express
 * @n_ports: how many ports to add
 *
 * Adds free root ports, `-device pcie-root-port`, into which devices can be plugged while the
 * guest runs.
 *
 * Returns: (transfer full): the new arguments
 */
GPtrArray *
drover_arguments_add_ports (GPtrArray *arguments, guint n_ports)
{
  GPtrArray *result = drover_arguments_copy (arguments);

  for (guint i = 0; i < n_ports; i++)
    {
      g_autoptr (DroverReferences) references = drover_references_new (result);
      g_autofree char *id = drover_references_dup_free_id (references, "port");
      g_autofree char *text = g_strdup_printf ("pcie-root-port,id=%s,chassis=%u", id,
                                               get_free_chassis (references));

      g_ptr_array_add (result, drover_argument_new ("-device", text));
    }

  return result;
}
