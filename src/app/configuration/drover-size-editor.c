/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-size-editor.h"

/* A number and its unit. What the user spelt, as `4096` or `4g`, stays until that part of it
 * is changed. */
struct _DroverSizeEditor
{
  DroverValueEditor parent_instance;

  const DroverSetting *setting;
  GtkEditable *entry;
  GtkDropDown *unit;
  char *suffix; /* as it stands in the arguments */
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (DroverSizeEditor, drover_size_editor, DROVER_TYPE_VALUE_EDITOR)

static const struct
{
  const char *suffix;
  const char *label;
} units[] = {
  { "B", N_("bytes") }, { "K", N_("KiB") }, { "M", N_("MiB") },
  { "G", N_("GiB") },   { "T", N_("TiB") }, { "P", N_("PiB") },
  { "E", N_("EiB") },
};

/* What a number without a suffix means here. */
static guint
get_bare_unit (DroverSizeEditor *self)
{
  for (guint i = 0; self->setting->unit != NULL && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (self->setting->unit, units[i].label))
      return i;

  return 0;
}

static guint
find_unit (DroverSizeEditor *self, const char *suffix)
{
  for (guint i = 0; *suffix != '\0' && i < G_N_ELEMENTS (units); i++)
    if (g_ascii_toupper (*suffix) == *units[i].suffix)
      return i;

  return get_bare_unit (self);
}

static void
update_style (DroverSizeEditor *self, gboolean good)
{
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
}

static void
drover_size_editor_show (DroverValueEditor *editor, const char *text)
{
  DroverSizeEditor *self = DROVER_SIZE_EDITOR (editor);
  gsize length = text != NULL ? strcspn (text, "bBkKmMgGtTpPeE") : 0;
  g_autofree char *number = NULL;

  /* Hexadecimal digits are no units. */
  if (text != NULL && (g_str_has_prefix (text, "0x") || g_str_has_prefix (text, "0X")))
    length = strlen (text);
  number = g_strndup (text != NULL ? text : "", length);

  self->showing = TRUE;
  g_set_str (&self->suffix, text != NULL ? text + length : NULL);
  gtk_editable_set_text (self->entry, number);
  if (text != NULL)
    gtk_drop_down_set_selected (self->unit, find_unit (self, self->suffix));
  update_style (self, TRUE);
  self->showing = FALSE;
}

static void
drover_size_editor_show_default (DroverValueEditor *editor, const char *text)
{
  gtk_entry_set_placeholder_text (GTK_ENTRY (DROVER_SIZE_EDITOR (editor)->entry), text);
}

static void
changed_cb (DroverSizeEditor *self)
{
  const char *number = gtk_editable_get_text (self->entry);
  guint unit = gtk_drop_down_get_selected (self->unit);
  g_autofree char *text = NULL;
  gboolean good;

  if (self->showing || unit >= G_N_ELEMENTS (units))
    return;

  if (*number == '\0')
    {
      update_style (self, TRUE);
      drover_value_editor_empty (DROVER_VALUE_EDITOR (self));
      return;
    }

  if (self->suffix == NULL || find_unit (self, self->suffix) != unit)
    g_set_str (&self->suffix, unit == get_bare_unit (self) && unit == 0 ? "" : units[unit].suffix);
  text = g_strconcat (number, self->suffix, NULL);
  good = drover_setting_check (self->setting, text, NULL);
  update_style (self, good);
  if (good)
    drover_value_editor_edit (DROVER_VALUE_EDITOR (self), text);
}

static void
drover_size_editor_finalize (GObject *object)
{
  DroverSizeEditor *self = DROVER_SIZE_EDITOR (object);

  g_clear_pointer (&self->suffix, g_free);

  G_OBJECT_CLASS (drover_size_editor_parent_class)->finalize (object);
}

static void
drover_size_editor_class_init (DroverSizeEditorClass *klass)
{
  DroverValueEditorClass *editor_class = DROVER_VALUE_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = drover_size_editor_finalize;
  editor_class->show = drover_size_editor_show;
  editor_class->show_default = drover_size_editor_show_default;
}

static void
drover_size_editor_init (DroverSizeEditor *self)
{
}

static GtkWidget *
new_units (void)
{
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    gtk_string_list_append (labels, _(units[i].label));
  return gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&labels)), NULL);
}

/**
 * drover_size_editor_new:
 *
 * Returns: (transfer floating): the control of a number of bytes
 */
DroverValueEditor *
drover_size_editor_new (const DroverSetting *setting)
{
  DroverSizeEditor *self = g_object_new (DROVER_TYPE_SIZE_EDITOR, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *unit = new_units ();

  self->setting = setting;
  self->entry = GTK_EDITABLE (entry);
  self->unit = GTK_DROP_DOWN (unit);
  gtk_editable_set_enable_undo (self->entry, FALSE);
  gtk_editable_set_width_chars (self->entry, 8);
  gtk_editable_set_max_width_chars (self->entry, 8);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_drop_down_set_selected (self->unit, get_bare_unit (self) != 0 ? get_bare_unit (self) : 2);
  drover_value_editor_name (entry, _(setting->title));
  drover_value_editor_name (unit, _("Unit"));
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), unit);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (drover_value_editor_commit), self);
  g_signal_connect_swapped (unit, "notify::selected", G_CALLBACK (changed_cb), self);
  return DROVER_VALUE_EDITOR (self);
}
