/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-backend-facts.h"
#include "drover-diff-dialog.h"
#include "drover-forward-list.h"
#include "drover-forward.h"
#include "drover-key.h"
#include "drover-network-row.h"

/* One network card, what it is connected to, and its port forwards. */
struct _DroverNetworkRow
{
  DroverPartRow parent_instance;

  gboolean updating;
  GStrv types; /* in the order of the combo row */

  AdwComboRow *type;
  DroverForwardList *forwards;
};

G_DEFINE_FINAL_TYPE (DroverNetworkRow, drover_network_row, DROVER_TYPE_PART_ROW)

static char *
dup_title (GPtrArray *arguments, const DroverPart *part)
{
  char *model;

  if (part->scope.front < 0)
    return g_strdup (_("No card"));

  model = drover_key_dup (arguments, part->scope.front, "driver");
  if (model == NULL)
    model = drover_key_dup (arguments, part->scope.front, "model");
  return model != NULL ? model : g_strdup (_("The board’s own card"));
}

static char *
dup_mac (GPtrArray *arguments, const DroverPart *part)
{
  char *mac = drover_key_dup (arguments, part->scope.front, "mac");

  return mac != NULL ? mac : drover_key_dup (arguments, part->scope.front, "macaddr");
}

static char *
dup_subtitle (GPtrArray *arguments, const DroverPart *part)
{
  g_autofree char *type = drover_backend_dup_type (arguments, part);
  g_autofree char *mac = dup_mac (arguments, part);
  g_autoptr (GPtrArray) forwards =
    part->scope.back >= 0 ? drover_forwards_list (arguments, part->scope.back) : NULL;
  g_autofree char *number =
    forwards != NULL && forwards->len > 0
      ? g_strdup_printf (ngettext ("%u port forward", "%u port forwards", forwards->len),
                         forwards->len)
      : NULL;
  const char *words[4];
  guint n = 0;

  words[n++] = type != NULL ? type : _("connected to nothing");
  if (number != NULL)
    words[n++] = number;
  if (mac != NULL)
    words[n++] = mac;
  words[n] = NULL;
  return g_strjoinv (" · ", (char **) words);
}

static void
update_type (DroverNetworkRow *self, GPtrArray *arguments, const DroverPart *part)
{
  DroverConfig *config = drover_part_row_get_config (DROVER_PART_ROW (self));
  g_autofree char *type = drover_backend_dup_type (arguments, part);
  g_auto (GStrv) types = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->type), part->scope.back >= 0);
  if (part->scope.back < 0)
    return;

  self->updating = TRUE;
  types = drover_backend_list (drover_config_get_catalogue (config), arguments, part->scope.back,
                               type);
  if (self->types == NULL || !g_strv_equal ((const char *const *) types,
                                            (const char *const *) self->types))
    {
      g_autoptr (GtkStringList) model = gtk_string_list_new ((const char *const *) types);

      adw_combo_row_set_model (self->type, G_LIST_MODEL (model));
      g_strfreev (self->types);
      self->types = g_steal_pointer (&types);
    }
  adw_combo_row_set_selected (self->type, GTK_INVALID_LIST_POSITION);
  for (guint i = 0; type != NULL && self->types[i] != NULL; i++)
    if (g_str_equal (self->types[i], type))
      adw_combo_row_set_selected (self->type, i);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->type), drover_backend_get_sentence (type));
  self->updating = FALSE;
}

static void
drover_network_row_update (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverNetworkRow *self = DROVER_NETWORK_ROW (row);
  g_autofree char *title = dup_title (arguments, part);
  g_autofree char *subtitle = dup_subtitle (arguments, part);

  drover_part_row_set_icon (row, "network-wired-symbolic");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  if (self->type == NULL)
    return;

  update_type (self, arguments, part);
  drover_forward_list_update (self->forwards, arguments, part->scope.back);
}

static char *
drover_network_row_dup_problem (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverCatalogue *catalogue =
    drover_config_get_catalogue (drover_part_row_get_config (row));
  g_autofree char *type = drover_backend_dup_type (arguments, part);
  g_autofree char *model = drover_key_dup (arguments, part->scope.front, "driver");

  if (catalogue != NULL && model != NULL && !drover_catalogue_find_device (catalogue, model, NULL))
    return g_strdup_printf (_("This QEMU has no card “%s”. Choose another, or another QEMU."),
                            model);
  if (part->scope.front < 0)
    return g_strdup (_("No card of the machine uses it, so the guest does not see it."));

  return drover_backend_dup_lack (catalogue, type);
}

/* Refused or not wanted: the row shows what is. */
static void
closed_cb (DroverPartRow *self)
{
  drover_part_row_refresh (self);
}

static void
ask (DroverNetworkRow *self, const char *type, GPtrArray *arguments)
{
  DroverDiffDialog *dialog = drover_diff_dialog_ask (
    GTK_WIDGET (self), drover_part_row_get_config (DROVER_PART_ROW (self)),
    _("Connect to Something Else"), drover_backend_get_sentence (type), arguments, _("_Connect"),
    _("Connected to"));

  g_signal_connect_object (dialog, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
}

static void
type_chosen_cb (DroverNetworkRow *self)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  DroverConfig *config = drover_part_row_get_config (row);
  guint selected = adw_combo_row_get_selected (self->type);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) arguments = NULL;

  g_assert (DROVER_IS_NETWORK_ROW (self));

  if (self->updating || selected == GTK_INVALID_LIST_POSITION)
    return;

  arguments = drover_backend_change (
    drover_config_get_catalogue (config), drover_config_get_arguments (config),
    drover_part_row_get_part (row)->scope.back, self->types[selected], &error);
  if (arguments != NULL)
    ask (self, self->types[selected], arguments);
  else
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      drover_part_row_refresh (row);
    }
}

static void
drover_network_row_fill (DroverPartRow *row)
{
  DroverNetworkRow *self = DROVER_NETWORK_ROW (row);

  self->type = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->type), _("Connected to"));
  g_signal_connect_object (self->type, "notify::selected", G_CALLBACK (type_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), GTK_WIDGET (self->type));

  self->forwards =
    DROVER_FORWARD_LIST (drover_forward_list_new (drover_part_row_get_config (row)));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), GTK_WIDGET (self->forwards));

  drover_part_row_add_settings (row, (const char *const[]) { "card.type", NULL });
}

static void
drover_network_row_finalize (GObject *object)
{
  g_clear_pointer (&DROVER_NETWORK_ROW (object)->types, g_strfreev);

  G_OBJECT_CLASS (drover_network_row_parent_class)->finalize (object);
}

static void
drover_network_row_class_init (DroverNetworkRowClass *klass)
{
  DroverPartRowClass *row_class = DROVER_PART_ROW_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = drover_network_row_finalize;
  row_class->fill = drover_network_row_fill;
  row_class->update = drover_network_row_update;
  row_class->dup_problem = drover_network_row_dup_problem;
}

static void
drover_network_row_init (DroverNetworkRow *self)
{
}
