/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-choice-editor.h"
#include "drover-choice-list.h"

/* One of a list, that is long at times: a button that says the value, and opens the list. */
struct _DroverChoiceEditor
{
  DroverValueEditor parent_instance;

  DroverConfig *config;
  const DroverSetting *setting;
  GtkMenuButton *button;
  GtkLabel *label;
  char *absent;
};

G_DEFINE_FINAL_TYPE (DroverChoiceEditor, drover_choice_editor, DROVER_TYPE_VALUE_EDITOR)

static void
update_label (DroverChoiceEditor *self)
{
  const char *text = drover_value_editor_get_text (DROVER_VALUE_EDITOR (self));
  const char *absent = self->absent != NULL ? self->absent : _("Default");

  gtk_label_set_label (self->label, text != NULL ? text : absent);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), text != NULL ? text : absent);
  if (text != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->label), "dimmed");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->label), "dimmed");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text != NULL ? text : absent, -1);
}

/* A value that this QEMU lacks may be right for another one, so it is marked and stays. */
static void
update_note (DroverChoiceEditor *self)
{
  const char *text = drover_value_editor_get_text (DROVER_VALUE_EDITOR (self));
  gboolean lacking =
    text != NULL && drover_choices_lack (self->config, self->setting, text);

  drover_value_editor_set_note (DROVER_VALUE_EDITOR (self), lacking ? _("Not in this QEMU") : NULL);
}

static void
update (DroverChoiceEditor *self)
{
  update_label (self);
  update_note (self);
}

static void
chosen_cb (DroverChoiceEditor *self, const char *value)
{
  gtk_menu_button_popdown (self->button);
  drover_value_editor_edit (DROVER_VALUE_EDITOR (self), value);
  update (self);
}

static void
drover_choice_editor_show (DroverValueEditor *editor, const char *text)
{
  update (DROVER_CHOICE_EDITOR (editor));
}

static void
drover_choice_editor_show_default (DroverValueEditor *editor, const char *text)
{
  DroverChoiceEditor *self = DROVER_CHOICE_EDITOR (editor);

  if (g_set_str (&self->absent, text))
    update_label (self);
}

/* The list is made when it is opened: there are hundreds of values at times. */
static void
create_popup_cb (GtkMenuButton *button, gpointer user_data)
{
  DroverChoiceEditor *self = user_data;
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *list =
    drover_choice_list_new (self->config, self->setting,
                            drover_value_editor_get_text (DROVER_VALUE_EDITOR (self)));

  g_signal_connect_object (list, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_popover_set_child (GTK_POPOVER (popover), list);
  gtk_widget_add_css_class (popover, "menu");
  gtk_menu_button_set_popover (button, popover);
}

static void
drover_choice_editor_dispose (GObject *object)
{
  DroverChoiceEditor *self = DROVER_CHOICE_EDITOR (object);

  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_choice_editor_parent_class)->dispose (object);
}

static void
drover_choice_editor_finalize (GObject *object)
{
  DroverChoiceEditor *self = DROVER_CHOICE_EDITOR (object);

  g_clear_pointer (&self->absent, g_free);

  G_OBJECT_CLASS (drover_choice_editor_parent_class)->finalize (object);
}

static void
drover_choice_editor_class_init (DroverChoiceEditorClass *klass)
{
  DroverValueEditorClass *editor_class = DROVER_VALUE_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_choice_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_choice_editor_finalize;
  editor_class->show = drover_choice_editor_show;
  editor_class->show_default = drover_choice_editor_show_default;
}

static GtkWidget *
new_content (DroverChoiceEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  self->label = GTK_LABEL (label);
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (self->label, 20);
  gtk_label_set_xalign (self->label, 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  return box;
}

static void
drover_choice_editor_init (DroverChoiceEditor *self)
{
  GtkWidget *button = gtk_menu_button_new ();

  self->button = GTK_MENU_BUTTON (button);
  gtk_menu_button_set_child (self->button, new_content (self));
  gtk_menu_button_set_create_popup_func (self->button, create_popup_cb, self, NULL);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  adw_bin_set_child (ADW_BIN (self), button);
}

/**
 * drover_choice_editor_new:
 * @config: whose catalogue is asked for values
 *
 * Returns: (transfer floating): the control of one of a list
 */
DroverValueEditor *
drover_choice_editor_new (DroverConfig *config, const DroverSetting *setting)
{
  DroverChoiceEditor *self = g_object_new (DROVER_TYPE_CHOICE_EDITOR, NULL);

  self->config = g_object_ref (config);
  self->setting = setting;
  drover_value_editor_name (GTK_WIDGET (self->button), _(setting->title));
  update_label (self);
  return DROVER_VALUE_EDITOR (self);
}
