/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-balloon-row.h"
#include "drover-dex.h"
#include "drover-hot.h"
#include "drover-setting.h"

/* How much memory the running guest has, and how much it is to keep. It is there while the
 * machine runs, for it is nothing that is saved. */
struct _DroverBalloonRow
{
  AdwPreferencesRow parent_instance;

  DroverRun *run;
  GtkLabel *summary;
  GtkEditable *entry;
  GtkWidget *set;
};

G_DEFINE_FINAL_TYPE (DroverBalloonRow, drover_balloon_row, ADW_TYPE_PREFERENCES_ROW)

static DexFuture *
looked_cb (DexFuture *future, gpointer user_data)
{
  DroverBalloonRow *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  /* It was closed meanwhile. */
  if (self->run == NULL)
    return dex_future_new_true ();

  gtk_widget_set_sensitive (self->set, value != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->entry), value != NULL);
  if (value == NULL)
    {
      gtk_label_set_label (self->summary, error->message);
      return dex_future_new_true ();
    }

  size = g_format_size_full ((guint64) g_value_get_int64 (value), G_FORMAT_SIZE_IEC_UNITS);
  text = g_strdup_printf (_("The guest has %s. What it is to keep, its balloon driver gives back "
                            "the rest as far as it can; this is not saved."),
                          size);
  gtk_label_set_label (self->summary, text);
  return dex_future_new_true ();
}

static void
update (DroverBalloonRow *self)
{
  gboolean live = self->run != NULL && drover_run_is_live (self->run);

  gtk_widget_set_visible (GTK_WIDGET (self), live);
  if (live)
    dex_future_disown (dex_future_finally (drover_hot_get_balloon (self->run), looked_cb,
                                           g_object_ref (self), g_object_unref));
}

static DexFuture *
set_cb (DexFuture *future, gpointer user_data)
{
  DroverBalloonRow *self = user_data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  if (self->run != NULL)
    update (self);
  return dex_future_new_true ();
}

static void
clicked_cb (DroverBalloonRow *self)
{
  const char *text = gtk_editable_get_text (self->entry);
  guint64 bytes;

  g_assert (DROVER_IS_BALLOON_ROW (self));

  /* As -m has it: a number alone counts in MiB. */
  if (!drover_size_parse (text, 1024 * 1024, &bytes) || bytes == 0)
    {
      g_autofree char *message = g_strdup_printf (_("“%s” is no size, such as 512M or 2G"), text);

      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
      return;
    }

  dex_future_disown (dex_future_finally (drover_hot_set_balloon (self->run, bytes), set_cb,
                                         g_object_ref (self), g_object_unref));
}

static void
drover_balloon_row_dispose (GObject *object)
{
  g_clear_object (&DROVER_BALLOON_ROW (object)->run);

  G_OBJECT_CLASS (drover_balloon_row_parent_class)->dispose (object);
}

static void
drover_balloon_row_class_init (DroverBalloonRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_balloon_row_dispose;
}

static GtkWidget *
new_words (DroverBalloonRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *title = gtk_label_new (_("Balloon"));

  self->summary = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (self->summary, 0);
  gtk_label_set_wrap (self->summary, TRUE);
  gtk_label_set_wrap_mode (self->summary, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (self->summary, 40);
  gtk_label_set_natural_wrap_mode (self->summary, GTK_NATURAL_WRAP_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->summary), "dimmed");
  gtk_widget_add_css_class (GTK_WIDGET (self->summary), "caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->summary));
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_size_request (box, 220, -1);
  return box;
}

static GtkWidget *
new_editor (DroverBalloonRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry = gtk_entry_new ();

  self->entry = GTK_EDITABLE (entry);
  gtk_editable_set_width_chars (self->entry, 6);
  gtk_editable_set_max_width_chars (self->entry, 6);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "512M");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Memory That the Guest Is to Keep"), -1);
  self->set = gtk_button_new_with_mnemonic (_("S_et"));
  g_signal_connect_object (entry, "activate", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->set, "clicked", G_CALLBACK (clicked_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), self->set);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

/* The editor is beside the words, or below them where there is no room. */
static void
drover_balloon_row_init (DroverBalloonRow *self)
{
  GtkWidget *wrap = adw_wrap_box_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Balloon"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 6);
  adw_wrap_box_set_justify (ADW_WRAP_BOX (wrap), ADW_JUSTIFY_SPREAD);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), new_words (self));
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), new_editor (self));
  gtk_widget_add_css_class (wrap, "setting");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), wrap);
}

/**
 * drover_balloon_row_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): a row that shows itself while the machine runs
 */
GtkWidget *
drover_balloon_row_new (DroverRun *run)
{
  DroverBalloonRow *self = g_object_new (DROVER_TYPE_BALLOON_ROW, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "event::BALLOON_CHANGE", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
