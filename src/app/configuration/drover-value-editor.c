/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-choice-editor.h"
#include "drover-entry-editor.h"
#include "drover-flags-editor.h"
#include "drover-size-editor.h"
#include "drover-switch-editor.h"

typedef struct
{
  char *text; /* the last that was shown or edited */
  gboolean shown;
  char *note;
  gboolean emptied; /* the control is empty, and that is not said yet */
  guint idle;
} DroverValueEditorPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (DroverValueEditor, drover_value_editor, ADW_TYPE_BIN)

enum
{
  EDITED,
  NOTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drover_value_editor_finalize (GObject *object)
{
  DroverValueEditorPrivate *priv =
    drover_value_editor_get_instance_private (DROVER_VALUE_EDITOR (object));

  g_clear_pointer (&priv->text, g_free);
  g_clear_pointer (&priv->note, g_free);

  G_OBJECT_CLASS (drover_value_editor_parent_class)->finalize (object);
}

static void
drover_value_editor_dispose (GObject *object)
{
  DroverValueEditorPrivate *priv =
    drover_value_editor_get_instance_private (DROVER_VALUE_EDITOR (object));

  g_clear_handle_id (&priv->idle, g_source_remove);

  G_OBJECT_CLASS (drover_value_editor_parent_class)->dispose (object);
}

static void
drover_value_editor_class_init (DroverValueEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_value_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_value_editor_finalize;

  /**
   * DroverValueEditor::edited:
   * @text: (nullable): what the user wants; %NULL for QEMU's default
   */
  signals[EDITED] = g_signal_new ("edited", DROVER_TYPE_VALUE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * DroverValueEditor::noted:
   *
   * There is something else to say of the value, or nothing any more.
   */
  signals[NOTED] = g_signal_new ("noted", DROVER_TYPE_VALUE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_value_editor_init (DroverValueEditor *self)
{
}

/**
 * drover_value_editor_new:
 * @config: what to ask for suggestions
 * @setting: what is edited
 *
 * Returns: (transfer floating): the control that fits the setting's kind
 */
DroverValueEditor *
drover_value_editor_new (DroverConfig *config, const DroverSetting *setting)
{
  switch (setting->kind)
    {
    case DROVER_SETTING_SIZE:
      return drover_size_editor_new (setting);
    case DROVER_SETTING_SWITCH:
      return drover_switch_editor_new (setting);
    case DROVER_SETTING_CHOICE:
    case DROVER_SETTING_LIST:
      return drover_choice_editor_new (config, setting);
    case DROVER_SETTING_FLAGS:
      return drover_flags_editor_new (config, setting);
    case DROVER_SETTING_TEXT:
      if (setting->suggest != NULL || setting->choices != NULL)
        return drover_choice_editor_new (config, setting);
      return drover_entry_editor_new (config, setting);
    case DROVER_SETTING_INTEGER:
    case DROVER_SETTING_PATH:
      return drover_entry_editor_new (config, setting);
    default:
      g_return_val_if_reached (NULL);
    }
}

/**
 * drover_value_editor_is_wide:
 *
 * Returns: whether the control of such a setting wants a line of its own
 */
gboolean
drover_value_editor_is_wide (const DroverSetting *setting)
{
  if (setting->kind == DROVER_SETTING_TEXT)
    return setting->suggest == NULL && setting->choices == NULL;

  return setting->kind == DROVER_SETTING_PATH;
}

/**
 * drover_value_editor_show:
 * @text: (nullable): the value; %NULL for none
 *
 * Shows a value. Where it is the one that is shown already, nothing happens, so that nobody
 * who types loses the cursor.
 */
void
drover_value_editor_show (DroverValueEditor *self, const char *text)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  if (priv->shown && g_strcmp0 (priv->text, text) == 0)
    return;

  priv->shown = TRUE;
  priv->emptied = FALSE;
  g_set_str (&priv->text, text);
  DROVER_VALUE_EDITOR_GET_CLASS (self)->show (self, text);
}

/**
 * drover_value_editor_show_default:
 * @text: (nullable): what counts where no value is given, for people
 */
void
drover_value_editor_show_default (DroverValueEditor *self, const char *text)
{
  DroverValueEditorClass *klass = DROVER_VALUE_EDITOR_GET_CLASS (self);

  if (klass->show_default != NULL)
    klass->show_default (self, text);
}

/**
 * drover_value_editor_get_text:
 *
 * Returns: (nullable): the value that is shown
 */
const char *
drover_value_editor_get_text (DroverValueEditor *self)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  return priv->text;
}

/**
 * drover_value_editor_edit:
 * @text: (nullable): what the user wants
 *
 * For the editors themselves: says that the user wants another value.
 */
void
drover_value_editor_edit (DroverValueEditor *self, const char *text)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  priv->emptied = FALSE;
  if (g_strcmp0 (priv->text, text) == 0)
    return;

  g_set_str (&priv->text, text);
  g_signal_emit (self, signals[EDITED], 0, priv->text);
}

static gboolean
idle_cb (gpointer user_data)
{
  DroverValueEditor *self = user_data;
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  priv->idle = 0;
  if ((gtk_widget_get_state_flags (GTK_WIDGET (self)) & GTK_STATE_FLAG_FOCUS_WITHIN) == 0)
    drover_value_editor_commit (self);
  return G_SOURCE_REMOVE;
}

/**
 * drover_value_editor_empty:
 *
 * For the editors themselves: the user has emptied the control. Whoever types another value in
 * place of one empties it on the way, and the argument must not lose its place by that; so it
 * counts once the focus has gone, or with Return.
 */
void
drover_value_editor_empty (DroverValueEditor *self)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  priv->emptied = TRUE;
  if (priv->idle == 0)
    priv->idle = g_idle_add (idle_cb, self);
}

/**
 * drover_value_editor_commit:
 *
 * Nothing more is to be typed: an empty control is QEMU's default.
 */
void
drover_value_editor_commit (DroverValueEditor *self)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  if (priv->emptied)
    drover_value_editor_edit (self, NULL);
}

/**
 * drover_value_editor_set_note:
 * @note: (nullable): what to say of the value
 *
 * For the editors themselves.
 */
void
drover_value_editor_set_note (DroverValueEditor *self, const char *note)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  if (g_set_str (&priv->note, note))
    g_signal_emit (self, signals[NOTED], 0);
}

/**
 * drover_value_editor_get_note:
 *
 * Returns: (nullable): what is to be said of the value, as that this QEMU lacks it
 */
const char *
drover_value_editor_get_note (DroverValueEditor *self)
{
  DroverValueEditorPrivate *priv = drover_value_editor_get_instance_private (self);

  return priv->note;
}

/**
 * drover_value_editor_name:
 * @control: a widget inside an editor
 * @name: what a screen reader is to call it
 */
void
drover_value_editor_name (GtkWidget *control, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}
