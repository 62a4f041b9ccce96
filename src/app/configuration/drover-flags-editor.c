/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-flags-dialog.h"
#include "drover-flags-editor.h"

/* A list of flags: a button that says how many are set, and opens them all. */
struct _DroverFlagsEditor
{
  DroverValueEditor parent_instance;

  DroverConfig *config;
  const DroverSetting *setting;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (DroverFlagsEditor, drover_flags_editor, DROVER_TYPE_VALUE_EDITOR)

static void
update_label (DroverFlagsEditor *self)
{
  const char *list = drover_value_editor_get_text (DROVER_VALUE_EDITOR (self));
  g_auto (GStrv) items = g_strsplit (list != NULL ? list : "", ",", -1);
  guint n = g_strv_length (items);
  g_autofree char *label =
    n > 0 ? g_strdup_printf (ngettext ("%u Set…", "%u Set…", n), n) : g_strdup (_("Choose…"));

  gtk_button_set_label (self->button, label);
}

static void
drover_flags_editor_show (DroverValueEditor *editor, const char *text)
{
  update_label (DROVER_FLAGS_EDITOR (editor));
}

static void
edited_cb (DroverFlagsEditor *self, const char *list)
{
  drover_value_editor_edit (DROVER_VALUE_EDITOR (self), list);
  update_label (self);
}

static void
clicked_cb (DroverFlagsEditor *self)
{
  const char *list = drover_value_editor_get_text (DROVER_VALUE_EDITOR (self));
  AdwDialog *dialog = drover_flags_dialog_new (self->config, self->setting, list);

  g_signal_connect_object (dialog, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
drover_flags_editor_dispose (GObject *object)
{
  DroverFlagsEditor *self = DROVER_FLAGS_EDITOR (object);

  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_flags_editor_parent_class)->dispose (object);
}

static void
drover_flags_editor_class_init (DroverFlagsEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_flags_editor_dispose;
  DROVER_VALUE_EDITOR_CLASS (klass)->show = drover_flags_editor_show;
}

static void
drover_flags_editor_init (DroverFlagsEditor *self)
{
  GtkWidget *button = gtk_button_new ();

  self->button = GTK_BUTTON (button);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked_cb), self);
  adw_bin_set_child (ADW_BIN (self), button);
}

/**
 * drover_flags_editor_new:
 * @config: whose catalogue is asked for flags
 *
 * Returns: (transfer floating): the control of a list of flags
 */
DroverValueEditor *
drover_flags_editor_new (DroverConfig *config, const DroverSetting *setting)
{
  DroverFlagsEditor *self = g_object_new (DROVER_TYPE_FLAGS_EDITOR, NULL);

  self->config = g_object_ref (config);
  self->setting = setting;
  drover_value_editor_name (GTK_WIDGET (self->button), _(setting->title));
  update_label (self);
  return DROVER_VALUE_EDITOR (self);
}
