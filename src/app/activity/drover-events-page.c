/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-event-row.h"
#include "drover-events-page.h"

/* What QEMU told of itself, in plain words and as it said it. */
struct _DroverEventsPage
{
  AdwBin parent_instance;

  DroverRun *run;
  GtkFilterListModel *shown;
  GtkCustomFilter *filter;
  GStrv words;      /* case-folded, what is searched for */
  GHashTable *open; /* the events whose messages are shown; not held */
  GHashTable *rows; /* event → its row, while there is one; not held */

  GtkSearchEntry *search;
  GtkToggleButton *follow;
  GtkWidget *copy;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkListView *view;
  GtkLabel *forgotten;
};

G_DEFINE_FINAL_TYPE (DroverEventsPage, drover_events_page, ADW_TYPE_BIN)

/* Following */

static void
go_to_end (DroverEventsPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));

  if (n > 0 && gtk_toggle_button_get_active (self->follow))
    gtk_list_view_scroll_to (self->view, n - 1, GTK_LIST_SCROLL_NONE, NULL);
}

static void
follow_toggled_cb (DroverEventsPage *self)
{
  if (self->shown != NULL)
    go_to_end (self);
}

/* Who looks back does not want to be pulled to the end by the next event. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, DroverEventsPage *self)
{
  if (dy < 0)
    gtk_toggle_button_set_active (self->follow, FALSE);
  return GDK_EVENT_PROPAGATE;
}

/* What is shown */

static void
update (DroverEventsPage *self)
{
  DroverEventLog *log = drover_run_get_events (self->run);
  guint n_forgotten = drover_event_log_get_n_forgotten (log);
  gboolean any = g_list_model_get_n_items (drover_event_log_get_events (log)) > 0;
  gboolean shown = g_list_model_get_n_items (G_LIST_MODEL (self->shown)) > 0;
  g_autofree char *text = g_strdup_printf (
    ngettext ("%u older event was forgotten, to save memory.",
              "%u older events were forgotten, to save memory.", n_forgotten), n_forgotten);

  adw_status_page_set_title (self->empty, any ? _("Nothing Found") : _("Nothing Happened Yet"));
  adw_status_page_set_description (
    self->empty, any ? _("No event has all these words.")
                     : _("QEMU tells of every event while the machine is on, from its start to "
                         "its end."));
  gtk_stack_set_visible_child_name (self->stack, shown ? "list" : "empty");
  gtk_widget_set_sensitive (self->copy, shown);
  gtk_label_set_label (self->forgotten, text);
  gtk_widget_set_visible (GTK_WIDGET (self->forgotten), n_forgotten > 0);
}

static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added,
                  DroverEventsPage *self)
{
  g_assert (DROVER_IS_EVENTS_PAGE (self));

  update (self);
  if (added > 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    go_to_end (self);
}

/* An event that the log forgot is gone from this list of what is open as well. */
static void
log_changed_cb (GListModel *model, guint position, guint removed, guint added,
                DroverEventsPage *self)
{
  GHashTableIter iter;
  gpointer event;

  g_assert (DROVER_IS_EVENTS_PAGE (self));

  if (removed == 0 || g_hash_table_size (self->open) == 0)
    return;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &event, NULL))
    {
      gboolean found = FALSE;

      for (guint i = 0; !found && i < g_list_model_get_n_items (model); i++)
        {
          g_autoptr (GObject) item = g_list_model_get_item (model, i);

          found = (gpointer) item == event;
        }
      if (!found)
        g_hash_table_iter_remove (&iter);
    }
}

static gboolean
filter_cb (gpointer item, gpointer user_data)
{
  return drover_event_matches (item, (const char *const *) ((DroverEventsPage *) user_data)->words);
}

static void
search_changed_cb (DroverEventsPage *self)
{
  g_autofree char *folded =
    g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_strv_builder_add (builder, words[i]);
  g_strfreev (self->words);
  self->words = g_strv_builder_end (builder);
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

static void
activate_cb (DroverEventsPage *self, guint position)
{
  g_autoptr (DroverEvent) event = g_list_model_get_item (G_LIST_MODEL (self->shown), position);
  DroverEventRow *row = g_hash_table_lookup (self->rows, event);
  gboolean open = g_hash_table_add (self->open, event);

  if (!open)
    g_hash_table_remove (self->open, event);
  /* A message that is read must not move away. */
  if (open && drover_event_get_json (event) != NULL)
    gtk_toggle_button_set_active (self->follow, FALSE);
  if (row != NULL)
    drover_event_row_set_open (row, open);
}

static void
copy_cb (DroverEventsPage *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->shown)); i++)
    {
      g_autoptr (DroverEvent) event = g_list_model_get_item (G_LIST_MODEL (self->shown), i);

      if (drover_event_get_json (event) != NULL)
        g_string_append_printf (text, "%s\n", drover_event_get_json (event));
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _("The events are copied, one message a line."));
}

/* Rows */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverEventsPage *self)
{
  gtk_list_item_set_child (item, drover_event_row_new ());
  gtk_list_item_set_selectable (item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverEventsPage *self)
{
  DroverEvent *event = gtk_list_item_get_item (item);
  DroverEventRow *row = DROVER_EVENT_ROW (gtk_list_item_get_child (item));
  const char *name = drover_event_get_name (event);

  drover_event_row_set_event (row, event);
  drover_event_row_set_open (row, g_hash_table_contains (self->open, event));
  g_hash_table_insert (self->rows, event, row);
  gtk_list_item_set_accessible_label (item, drover_event_get_sentence (event));
  gtk_list_item_set_accessible_description (item, name != NULL ? name : "");
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, DroverEventsPage *self)
{
  DroverEventRow *row = DROVER_EVENT_ROW (gtk_list_item_get_child (item));

  g_hash_table_remove (self->rows, drover_event_row_get_event (row));
  drover_event_row_set_event (row, NULL);
}

static void
drover_events_page_dispose (GObject *object)
{
  DroverEventsPage *self = DROVER_EVENTS_PAGE (object);

  if (self->view != NULL)
    gtk_list_view_set_model (self->view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_EVENTS_PAGE);
  g_clear_object (&self->shown);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_events_page_parent_class)->dispose (object);
}

static void
drover_events_page_finalize (GObject *object)
{
  DroverEventsPage *self = DROVER_EVENTS_PAGE (object);

  g_strfreev (self->words);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->rows);

  G_OBJECT_CLASS (drover_events_page_parent_class)->finalize (object);
}

static void
drover_events_page_class_init (DroverEventsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_events_page_dispose;
  object_class->finalize = drover_events_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/activity/drover-events-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, search);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, follow);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, copy);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, view);
  gtk_widget_class_bind_template_child (widget_class, DroverEventsPage, forgotten);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, follow_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, scroll_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
drover_events_page_init (DroverEventsPage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  self->open = g_hash_table_new (NULL, NULL);
  self->rows = g_hash_table_new (NULL, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->view, factory);
  g_signal_connect (self, "map", G_CALLBACK (go_to_end), NULL);
}

/**
 * drover_events_page_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): the timeline of its events
 */
GtkWidget *
drover_events_page_new (DroverRun *run)
{
  DroverEventsPage *self = g_object_new (DROVER_TYPE_EVENTS_PAGE, NULL);
  GListModel *events = drover_event_log_get_events (drover_run_get_events (run));
  g_autoptr (GtkNoSelection) selection = NULL;

  self->run = g_object_ref (run);
  self->filter = gtk_custom_filter_new (filter_cb, self, NULL);
  self->shown = gtk_filter_list_model_new (g_object_ref (events), GTK_FILTER (self->filter));
  g_signal_connect_object (events, "items-changed", G_CALLBACK (log_changed_cb), self,
                           G_CONNECT_DEFAULT);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->shown)));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_DEFAULT);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * drover_events_page_get_shown:
 *
 * Returns: (transfer none): the #DroverEvent that are shown, the oldest first
 */
GListModel *
drover_events_page_get_shown (DroverEventsPage *self)
{
  g_return_val_if_fail (DROVER_IS_EVENTS_PAGE (self), NULL);
  return G_LIST_MODEL (self->shown);
}
