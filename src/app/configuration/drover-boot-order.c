/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-boot-order.h"
#include "drover-key.h"

/* The order in which a machine asks its devices for a system to boot: their `bootindex`. Those
 * without one come last, in an order of the firmware's own. */

typedef struct
{
  int argument;
  gint64 index;
} Place;

static gboolean
is_device (GPtrArray *arguments, int argument)
{
  return argument >= 0 && argument < (int) arguments->len &&
         g_str_equal (drover_argument_get_option (arguments->pdata[argument]), "device");
}

static gboolean
get_index (GPtrArray *arguments, int argument, gint64 *index)
{
  g_autofree char *text = drover_key_dup (arguments, argument, "bootindex");

  return text != NULL && drover_integer_parse (text, index);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Place *first = a;
  const Place *second = b;

  return (first->index > second->index) - (first->index < second->index);
}

/* What has a place, in order. */
static GArray *
list_places (GPtrArray *arguments)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));

  for (guint i = 0; i < arguments->len; i++)
    {
      Place place = { i, 0 };

      if (is_device (arguments, i) && drover_argument_get_enabled (arguments->pdata[i]) &&
          get_index (arguments, i, &place.index))
        g_array_append_val (places, place);
    }

  g_array_sort (places, compare);
  return places;
}

/* -1 when the device has no place. */
static int
find_place (GArray *places, int device)
{
  for (guint i = 0; i < places->len; i++)
    if (g_array_index (places, Place, i).argument == device)
      return i;

  return -1;
}

/**
 * drover_boot_order_dup_words:
 * @device: index of a disk's guest side, or -1
 *
 * Returns: (transfer full): when the machine tries it, in a sentence
 */
char *
drover_boot_order_dup_words (GPtrArray *arguments, int device)
{
  g_autoptr (GArray) places = NULL;
  int place;

  if (!is_device (arguments, device))
    return g_strdup (_("Only what is a -device has a place in it: modernise the disk first"));

  places = list_places (arguments);
  place = find_place (places, device);
  if (place < 0)
    return g_strdup (_("Has no place: the firmware decides when it is tried"));

  return g_strdup_printf (ngettext ("Tried as number %d of %u that has a place",
                                    "Tried as number %d of %u that have a place", places->len),
                          place + 1, places->len);
}

/**
 * drover_boot_order_can_move:
 * @direction: -1 for earlier, 1 for later
 *
 * Returns: whether the device can come earlier or later
 */
gboolean
drover_boot_order_can_move (GPtrArray *arguments, int device, int direction)
{
  g_autoptr (GArray) places = list_places (arguments);
  int place = find_place (places, device);

  if (!is_device (arguments, device) ||
      drover_argument_get_source (arguments->pdata[device]) != NULL)
    return FALSE;

  /* One without a place gets the last one. */
  return place < 0 ? direction < 0
                   : place + direction >= 0 && place + direction < (int) places->len;
}

static GPtrArray *
write_index (GPtrArray *arguments, int device, gint64 index)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, index);

  return drover_key_write (arguments, device, "bootindex", DROVER_SETTING_INTEGER, text, NULL);
}

/**
 * drover_boot_order_move:
 * @direction: -1 for earlier, 1 for later
 *
 * Lets the device change places with its neighbour in the order; one that has no place gets one
 * behind all others. No other number changes.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_boot_order_move (GPtrArray *arguments, int device, int direction)
{
  g_autoptr (GArray) places = list_places (arguments);
  int place = find_place (places, device);
  g_autoptr (GPtrArray) half = NULL;
  const Place *mine, *other;

  if (!drover_boot_order_can_move (arguments, device, direction))
    return NULL;
  if (place < 0)
    return write_index (arguments, device,
                        places->len > 0
                          ? g_array_index (places, Place, places->len - 1).index + 1
                          : 0);

  mine = &g_array_index (places, Place, place);
  other = &g_array_index (places, Place, place + direction);
  half = write_index (arguments, device, other->index);
  return half != NULL ? write_index (half, other->argument, mine->index) : NULL;
}
