/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-key.h"
#include "drover-part-row.h"

/* Keeps a list of cards in step with the parts of a machine. */

typedef struct
{
  GtkListBox *box;
  DroverConfig *config;
  GType type;
  GPtrArray *arguments;
  GPtrArray *twice; /* ids that are used twice */
  GPtrArray *parts; /* NULL for those that have their card */
} Reconciler;

static DroverPartRow *
get_card (GtkListBox *box, int place)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (box, place);

  return DROVER_IS_PART_ROW (row) ? DROVER_PART_ROW (row) : NULL;
}

static gboolean
shows (DroverPartRow *card, const char *id)
{
  return g_str_equal (drover_part_row_get_part (card)->id, id);
}

static gboolean
is_wanted (Reconciler *self, DroverPartRow *card)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      const DroverPart *part = self->parts->pdata[i];

      if (part != NULL && shows (card, part->id))
        return TRUE;
    }

  return FALSE;
}

static int
find_card (Reconciler *self, const char *id)
{
  DroverPartRow *card;

  for (int i = 0; (card = get_card (self->box, i)) != NULL; i++)
    if (shows (card, id))
      return i;

  return -1;
}

static int
count_cards (Reconciler *self)
{
  int n = 0;

  while (get_card (self->box, n) != NULL)
    n++;

  return n;
}

/* As many as before: what has no card yet is what lost its card, under a new id. */
static gboolean
is_renaming (Reconciler *self)
{
  return count_cards (self) == (int) self->parts->len;
}

static void
remove_unwanted (Reconciler *self)
{
  DroverPartRow *card;

  if (is_renaming (self))
    return;

  for (int i = 0; (card = get_card (self->box, i)) != NULL;)
    if (is_wanted (self, card))
      i++;
    else
      gtk_list_box_remove (self->box, GTK_WIDGET (card));
}

static void
move (Reconciler *self, int from, int to)
{
  DroverPartRow *card = g_object_ref (get_card (self->box, from));

  gtk_list_box_remove (self->box, GTK_WIDGET (card));
  gtk_list_box_insert (self->box, GTK_WIDGET (card), to);
  g_object_unref (card);
}

static gboolean
is_ambiguous (Reconciler *self, const DroverPart *part)
{
  const int places[] = { part->scope.front, part->scope.back };
  static const char *const keys[] = { "id", "node-name" };

  for (guint i = 0; self->twice->len > 0 && i < G_N_ELEMENTS (places); i++)
    for (guint j = 0; j < G_N_ELEMENTS (keys); j++)
      {
        g_autofree char *id = drover_key_dup (self->arguments, places[i], keys[j]);

        if (id != NULL &&
            g_ptr_array_find_with_equal_func (self->twice, id, g_str_equal, NULL))
          return TRUE;
      }

  return FALSE;
}

static void
place (Reconciler *self, int i)
{
  DroverPart *part = self->parts->pdata[i];
  DroverPartRow *card = get_card (self->box, i);
  int found = card != NULL && shows (card, part->id) ? i : find_card (self, part->id);

  if (found > i)
    move (self, found, i);
  else if (found < 0 && (card == NULL || is_wanted (self, card)))
    gtk_list_box_insert (self->box, drover_part_row_new (self->type, self->config), i);

  self->parts->pdata[i] = NULL;
  drover_part_row_set_part (get_card (self->box, i), self->arguments, part,
                            is_ambiguous (self, part));
}

/* Without those that the firmware's page shows. */
static GPtrArray *
list_parts (GPtrArray *arguments, const char *const *kinds)
{
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; kinds[i] != NULL; i++)
    {
      GPtrArray *parts = drover_parts_list (arguments, kinds[i]);

      for (guint j = parts->len; j > 0; j--)
        if (((DroverPart *) parts->pdata[j - 1])->flash)
          g_ptr_array_remove_index (parts, j - 1);
      g_ptr_array_extend_and_steal (all, parts);
    }

  return all;
}

/**
 * drover_part_row_reconcile:
 * @box: the list of the cards
 * @kinds: the kinds of parts that it shows
 * @type: the class of the cards
 * @most: how many cards there may be
 *
 * Makes the list show the parts as they are now. A part that is still there keeps its card, so
 * that nothing flickers and the focus stays where it is.
 *
 * Returns: whether there are more parts than @most
 */
gboolean
drover_part_row_reconcile (GtkListBox *box, DroverConfig *config, const char *const *kinds,
                            GType type, guint most)
{
  GPtrArray *arguments = drover_config_get_arguments (config);
  g_autoptr (GPtrArray) parts = arguments != NULL ? list_parts (arguments, kinds)
                                                  : g_ptr_array_new ();
  g_autoptr (GPtrArray) twice = arguments != NULL
                                  ? drover_arguments_list_duplicate_ids (arguments)
                                  : g_ptr_array_new ();
  Reconciler self = { box, config, type, arguments, twice, parts };
  gboolean more = parts->len > most;

  for (guint i = most; i < parts->len; i++)
    drover_part_free (parts->pdata[i]);
  g_ptr_array_set_size (parts, MIN (parts->len, most));
  remove_unwanted (&self);
  for (guint i = 0; i < parts->len; i++)
    place (&self, i);
  while (get_card (box, parts->len) != NULL)
    gtk_list_box_remove (box, GTK_WIDGET (get_card (box, parts->len)));
  gtk_widget_set_visible (GTK_WIDGET (box), parts->len > 0);
  return more;
}
