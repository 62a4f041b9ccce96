/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-private.h"

/*
 * The monitor's "info qdm" is the only place where QEMU tells what kind of device one is, what
 * it plugs into, and whether users may make one:
 *
 *   Storage devices:
 *   name "ich9-ahci", bus PCI, alias "ahci"
 *   name "floppy", bus floppy-bus, desc "virtual floppy drive", no-user
 */

static void
device_free (gpointer data)
{
  DroverQdmDevice *device = data;

  g_free (device->name);
  g_free (device->alias);
  g_free (device->category);
  g_free (device->bus);
  g_free (device->description);
  g_free (device);
}

/* "Controller/Bridge/Hub devices:" is "controller/bridge/hub"; devices that nobody filed under
 * anything have no category. */
static char *
dup_category (const char *heading)
{
  gsize length = strlen (heading) - strlen (" devices:");
  g_autofree char *category = g_ascii_strdown (heading, length);

  return g_strdup (g_str_equal (category, "uncategorized") ? "" : category);
}

enum
{
  NAME,
  BUS,
  ALIAS,
  DESCRIPTION,
  NO_USER,
  N_ITEMS,
};

static const char *const items[N_ITEMS] = {
  "name \"", ", bus ", ", alias \"", ", desc \"", ", no-user",
};

/* Takes an item from the beginning of @rest, if it stands there. Its text ends where the next
 * one begins; a description is free text and may hold anything, so it ends where the line does. */
static char *
take_item (const char **rest, guint item)
{
  const char *text;
  const char *end;
  gsize length;

  if (!g_str_has_prefix (*rest, items[item]))
    return NULL;

  text = *rest + strlen (items[item]);
  end = text + strlen (text);
  if (item == DESCRIPTION && g_str_has_suffix (text, items[NO_USER]))
    end -= strlen (items[NO_USER]);
  for (guint i = item + 1; item != DESCRIPTION && i < N_ITEMS; i++)
    {
      const char *found = strstr (text, items[i]);

      end = found != NULL && found < end ? found : end;
    }

  *rest = end;
  length = end - text;
  if (g_str_has_suffix (items[item], "\"") && length > 0 && text[length - 1] == '"')
    length--;
  return g_strndup (text, length);
}

static DroverQdmDevice *
parse_line (const char *line, const char *category)
{
  DroverQdmDevice *device;
  const char *rest = line;
  char *name = take_item (&rest, NAME);

  if (name == NULL)
    return NULL;

  device = g_new0 (DroverQdmDevice, 1);
  device->name = name;
  device->category = g_strdup (category);
  device->bus = take_item (&rest, BUS);
  device->alias = take_item (&rest, ALIAS);
  device->description = take_item (&rest, DESCRIPTION);
  device->creatable = !g_str_equal (rest, items[NO_USER]);
  return device;
}

/*
 * _drover_catalogue_parse_qdm:
 * @text: what "info qdm" or `-device help` printed
 *
 * Returns: (transfer full): the devices, of #DroverQdmDevice; lines that are something else are
 *   left out
 */
GPtrArray *
_drover_catalogue_parse_qdm (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *category = g_strdup ("");
  GPtrArray *devices = g_ptr_array_new_with_free_func (device_free);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      DroverQdmDevice *device;

      g_strchomp (lines[i]);
      if (g_str_has_suffix (lines[i], " devices:"))
        {
          g_free (category);
          category = dup_category (lines[i]);
        }
      else if ((device = parse_line (lines[i], category)) != NULL)
        {
          g_ptr_array_add (devices, device);
        }
    }

  return devices;
}
