/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-switch-editor.h"

/* Default, on or off: absence is a state of its own, for it leaves the choice to QEMU. */
struct _DroverSwitchEditor
{
  DroverValueEditor parent_instance;

  AdwToggleGroup *group;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (DroverSwitchEditor, drover_switch_editor, DROVER_TYPE_VALUE_EDITOR)

#define DEFAULT "default"

/* QEMU takes other words for the same, and they stay as they are until a click. */
static const char *
get_toggle (const char *text)
{
  gboolean on;

  if (text == NULL || !drover_switch_parse (text, &on))
    return DEFAULT;

  return on ? "on" : "off";
}

/* `-S` and its like can say only one of the two. */
static gboolean
can_say (const DroverSetting *setting, const char *text)
{
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    if (place->key != NULL || place->means == NULL ||
        drover_setting_equal (setting, place->means, text))
      return TRUE;

  return FALSE;
}

static void
drover_switch_editor_show (DroverValueEditor *editor, const char *text)
{
  DroverSwitchEditor *self = DROVER_SWITCH_EDITOR (editor);

  self->showing = TRUE;
  adw_toggle_group_set_active_name (self->group, get_toggle (text));
  self->showing = FALSE;
}

static void
drover_switch_editor_show_default (DroverValueEditor *editor, const char *text)
{
  DroverSwitchEditor *self = DROVER_SWITCH_EDITOR (editor);

  adw_toggle_set_label (adw_toggle_group_get_toggle_by_name (self->group, DEFAULT), text);
}

static void
active_cb (DroverSwitchEditor *self)
{
  const char *name = adw_toggle_group_get_active_name (self->group);

  if (!self->showing)
    drover_value_editor_edit (DROVER_VALUE_EDITOR (self),
                              g_str_equal (name, DEFAULT) ? NULL : name);
}

static void
add (DroverSwitchEditor *self, const char *name, const char *label)
{
  AdwToggle *toggle = adw_toggle_new ();

  adw_toggle_set_name (toggle, name);
  adw_toggle_set_label (toggle, label);
  adw_toggle_group_add (self->group, toggle);
}

static void
drover_switch_editor_class_init (DroverSwitchEditorClass *klass)
{
  DROVER_VALUE_EDITOR_CLASS (klass)->show = drover_switch_editor_show;
  DROVER_VALUE_EDITOR_CLASS (klass)->show_default = drover_switch_editor_show_default;
}

static void
drover_switch_editor_init (DroverSwitchEditor *self)
{
  self->group = ADW_TOGGLE_GROUP (adw_toggle_group_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->group), GTK_ALIGN_CENTER);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->group));
}

/**
 * drover_switch_editor_new:
 *
 * Returns: (transfer floating): the control of something that is on, off or left to QEMU
 */
DroverValueEditor *
drover_switch_editor_new (const DroverSetting *setting)
{
  DroverSwitchEditor *self = g_object_new (DROVER_TYPE_SWITCH_EDITOR, NULL);

  drover_value_editor_name (GTK_WIDGET (self->group), _(setting->title));
  add (self, DEFAULT, _("Default"));
  if (can_say (setting, "on"))
    add (self, "on", _("On"));
  if (can_say (setting, "off"))
    add (self, "off", _("Off"));
  adw_toggle_group_set_active_name (self->group, DEFAULT);
  g_signal_connect_swapped (self->group, "notify::active-name", G_CALLBACK (active_cb), self);
  return DROVER_VALUE_EDITOR (self);
}
