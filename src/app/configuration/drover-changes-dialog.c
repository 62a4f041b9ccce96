/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-changes-dialog.h"
#include "drover-dex.h"

/* So many root ports are added at once. */
#define N_PORTS 2

/* What differs between the running machine and its configuration, one row each: why it waits, and
 * the button that does it now where that is possible. */
struct _DroverChangesDialog
{
  AdwDialog parent_instance;

  DroverConfig *config;
  AdwPreferencesPage *page;
  AdwPreferencesGroup *group; /* nullable: made anew with each change */
};

G_DEFINE_FINAL_TYPE (DroverChangesDialog, drover_changes_dialog, ADW_TYPE_DIALOG)

static gboolean
is_waiting (DroverHot *hot, const DroverHotStep *step)
{
  return step->when == DROVER_HOT_ON_DEMAND && drover_hot_get_failure (hot, step) == NULL;
}

/**
 * drover_changes_dup_summary:
 * @hot: what differs
 *
 * Returns: (transfer full) (nullable): how much of the configuration the running machine does not
 *   have, a sentence; %NULL when it has all, or is off
 */
char *
drover_changes_dup_summary (DroverHot *hot)
{
  DroverHotPlan *plan = drover_hot_get_plan (hot);
  guint n_waiting = 0;

  if (plan == NULL || plan->steps->len == 0)
    return NULL;
  if (drover_hot_is_busy (hot))
    return g_strdup (_("The running machine is being told…"));

  for (guint i = 0; i < plan->steps->len; i++)
    n_waiting += is_waiting (hot, plan->steps->pdata[i]);
  if (n_waiting > 0)
    return g_strdup_printf (ngettext ("The machine is running: %u change waits for you.",
                                      "The machine is running: %u changes wait for you.",
                                      n_waiting),
                            n_waiting);

  return g_strdup_printf (
    ngettext ("The machine is running: %u change takes effect at its next start.",
              "The machine is running: %u changes take effect at its next start.",
              plan->steps->len),
    plan->steps->len);
}

/**
 * drover_changes_dup_outcome:
 * @results: (element-type DroverHotResult): what was tried
 *
 * Returns: (transfer full) (nullable): what came of it, a sentence; %NULL when nothing was tried
 */
char *
drover_changes_dup_outcome (GPtrArray *results)
{
  guint n_live = 0;

  if (results->len == 0)
    return NULL;
  if (results->len == 1)
    {
      const DroverHotResult *result = results->pdata[0];

      return result->live
               ? g_strdup_printf (_("%s: done in the running machine"), result->title)
               : g_strdup_printf (_("%s: takes effect at the next start"), result->title);
    }

  for (guint i = 0; i < results->len; i++)
    n_live += ((DroverHotResult *) results->pdata[i])->live;
  return g_strdup_printf (_("%u of %u changes done in the running machine"), n_live, results->len);
}

/* --- rows ------------------------------------------------------------------------------------- */

typedef struct
{
  DroverHot *hot;
  char *key;
  DroverHotFlags flags;
} Action;

static void
action_free (gpointer data, GClosure *closure)
{
  Action *action = data;

  g_object_unref (action->hot);
  g_free (action->key);
  g_free (action);
}

static void
do_it_cb (GtkButton *button, Action *action)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  drover_dex_forget (drover_hot_apply (action->hot, action->flags, action->key));
}

static void
add_button (GtkWidget *row, DroverHot *hot, const DroverHotStep *step, const char *label,
            DroverHotFlags flags, gboolean destructive)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  Action *action = g_new0 (Action, 1);

  action->hot = g_object_ref (hot);
  action->key = g_strdup (step->key);
  action->flags = flags;
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (destructive)
    gtk_widget_add_css_class (button, "destructive-action");
  gtk_widget_set_sensitive (button, !drover_hot_is_busy (hot));
  g_signal_connect_data (button, "clicked", G_CALLBACK (do_it_cb), action, action_free,
                         G_CONNECT_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static const char *
get_words (DroverHot *hot, const DroverHotStep *step)
{
  const char *failure = drover_hot_get_failure (hot, step);

  if (failure != NULL)
    return failure;
  if (step->reason != NULL)
    return step->reason;

  return step->when == DROVER_HOT_ON_DEMAND
           ? _("It takes something from the guest, so it waits for you.")
           : _("The running machine is about to be told.");
}

static GtkWidget *
make_row (DroverChangesDialog *self, DroverHot *hot, const DroverHotStep *step)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *words =
    step->when == DROVER_HOT_NEXT_START
      ? g_strdup_printf (_("Takes effect at the next start. %s"), get_words (hot, step))
      : g_strdup (get_words (hot, step));
  gboolean failed = drover_hot_get_failure (hot, step) != NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), step->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  if (step->when == DROVER_HOT_NEXT_START)
    return row;

  if (drover_hot_can_force (hot, step))
    add_button (row, hot, step, _("_Force"), DROVER_HOT_FORCE, TRUE);
  else if (failed)
    add_button (row, hot, step, _("_Try Again"), DROVER_HOT_DEFAULT, FALSE);
  else if (step->kind == DROVER_HOT_REMOVE)
    add_button (row, hot, step, _("_Remove Now"), DROVER_HOT_DEFAULT, TRUE);
  else
    add_button (row, hot, step, _("_Do It Now"), DROVER_HOT_DEFAULT, FALSE);
  return row;
}

/* Whether a device found no port that it could be plugged into. */
static gboolean
lacks_port (DroverHot *hot, const DroverHotStep *step)
{
  const char *failure = drover_hot_get_failure (hot, step);

  return step->kind == DROVER_HOT_ADD && failure != NULL &&
         strstr (failure, "pcie-root-port") != NULL;
}

/* Ports that were added wait themselves: they are not offered twice. */
static gboolean
is_port (DroverHotPlan *plan, const DroverHotStep *step)
{
  for (guint i = 0; i < step->after->len; i++)
    {
      const char *value =
        drover_argument_get_value (plan->after->pdata[g_array_index (step->after, int, i)]);

      if (value != NULL && g_str_has_prefix (value, "pcie-root-port,"))
        return TRUE;
    }

  return FALSE;
}

static void
add_ports_cb (DroverChangesDialog *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  g_autoptr (GPtrArray) changed =
    arguments != NULL ? drover_arguments_add_ports (arguments, N_PORTS) : NULL;

  if (changed != NULL)
    drover_config_apply (self->config, changed, _("Add free ports"), NULL);
}

static void
restart_cb (DroverChangesDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.restart", NULL);
}

static void
add_button_row (DroverChangesDialog *self, const char *title, GCallback callback)
{
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_object (row, "activated", callback, self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->group, row);
}

static void
update (DroverChangesDialog *self)
{
  DroverHot *hot = drover_config_get_hot (self->config);
  DroverHotPlan *plan = drover_hot_get_plan (hot);
  gboolean remedy = FALSE;
  gboolean ports = FALSE;

  g_assert (DROVER_IS_CHANGES_DIALOG (self));

  if (self->group != NULL)
    adw_preferences_page_remove (self->page, self->group);
  self->group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_description (
    self->group, plan != NULL && plan->steps->len > 0
                   ? _("All of it is saved. This is what the running machine does not have.")
                   : _("The machine runs as its configuration says."));
  adw_preferences_page_add (self->page, self->group);

  for (guint i = 0; plan != NULL && i < plan->steps->len; i++)
    {
      adw_preferences_group_add (self->group, make_row (self, hot, plan->steps->pdata[i]));
      remedy |= lacks_port (hot, plan->steps->pdata[i]);
      ports |= is_port (plan, plan->steps->pdata[i]);
    }
  if (remedy && !ports)
    add_button_row (self, _("Give It Two Free _Ports From the Next Start On"),
                    G_CALLBACK (add_ports_cb));
  if (plan != NULL && plan->steps->len > 0)
    add_button_row (self, _("Restart the _Machine Now…"), G_CALLBACK (restart_cb));
}

static void
drover_changes_dialog_dispose (GObject *object)
{
  g_clear_object (&DROVER_CHANGES_DIALOG (object)->config);

  G_OBJECT_CLASS (drover_changes_dialog_parent_class)->dispose (object);
}

static void
drover_changes_dialog_class_init (DroverChangesDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_changes_dialog_dispose;
}

static void
drover_changes_dialog_init (DroverChangesDialog *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  self->page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), GTK_WIDGET (self->page));
  adw_dialog_set_title (ADW_DIALOG (self), _("Not in the Running Machine"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 560);
  adw_dialog_set_content_height (ADW_DIALOG (self), 420);
  adw_dialog_set_child (ADW_DIALOG (self), view);
}

/**
 * drover_changes_dialog_present:
 * @parent: a widget of the window
 * @config: the configuration of a machine whose run was set
 *
 * Shows what the running machine does not have of its configuration.
 *
 * Returns: (transfer none): the dialog, which is open
 */
DroverChangesDialog *
drover_changes_dialog_present (GtkWidget *parent, DroverConfig *config)
{
  DroverChangesDialog *self = g_object_new (DROVER_TYPE_CHANGES_DIALOG, NULL);

  self->config = g_object_ref (config);
  g_signal_connect_object (config, "hot-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  adw_dialog_present (ADW_DIALOG (self), parent);
  return self;
}
