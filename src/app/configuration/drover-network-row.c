/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-backend-facts.h"
#include "drover-diff-dialog.h"
#include "drover-forward-list.h"
#include "drover-forward.h"
#include "drover-key.h"
#include "drover-network-row.h"
#include "drover-passt.h"

/* One network card, what it is connected to, and its port forwards. */
struct _DroverNetworkRow
{
  DroverPartRow parent_instance;

  gboolean updating;
  GStrv types; /* in the order of the combo row */

  AdwComboRow *type;
  DroverForwardList *forwards;
  AdwEntryRow *passt_forwards;
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

static DroverDocument *
get_document (DroverPartRow *row)
{
  return drover_editor_get_document (drover_config_get_editor (drover_part_row_get_config (row)));
}

/* Whether the card is connected through a passt that Drover runs. */
static gboolean
is_passt (DroverPartRow *row, const DroverPart *part)
{
  DroverDocument *document = get_document (row);

  return document != NULL && drover_passt_is_backend (document, part->scope.back);
}

/* Newer QEMUs start passt by themselves and say so among their types; for others Drover does. */
static void
offer_passt (GStrv *types, GPtrArray *arguments, int backend)
{
  g_autoptr (GStrvBuilder) builder = NULL;

  if (g_strv_contains ((const char *const *) *types, "passt") ||
      !g_str_equal (drover_argument_get_option (arguments->pdata[backend]), "netdev"))
    return;

  builder = g_strv_builder_new ();
  g_strv_builder_addv (builder, (const char **) *types);
  g_strv_builder_add (builder, "passt");
  g_strfreev (*types);
  *types = g_strv_builder_end (builder);
}

static void
update_passt (DroverNetworkRow *self, const DroverPart *part)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  gboolean passt = is_passt (row, part);
  g_auto (GStrv) forwards =
    passt ? drover_passt_dup_forwards (get_document (row), part->scope.back) : NULL;
  g_autofree char *text = forwards != NULL ? g_strjoinv (", ", forwards) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->passt_forwards), passt);
  if (text != NULL &&
      !g_str_equal (text, gtk_editable_get_text (GTK_EDITABLE (self->passt_forwards))))
    gtk_editable_set_text (GTK_EDITABLE (self->passt_forwards), text);
}

/* What it is connected to, as the list has it. */
static char *
dup_type (DroverNetworkRow *self, GPtrArray *arguments, const DroverPart *part)
{
  return is_passt (DROVER_PART_ROW (self), part) ? g_strdup ("passt")
                                                 : drover_backend_dup_type (arguments, part);
}

static void
update_type (DroverNetworkRow *self, GPtrArray *arguments, const DroverPart *part)
{
  DroverConfig *config = drover_part_row_get_config (DROVER_PART_ROW (self));
  g_autofree char *type = dup_type (self, arguments, part);
  g_auto (GStrv) types = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->type), part->scope.back >= 0);
  if (part->scope.back < 0)
    return;

  self->updating = TRUE;
  types = drover_backend_list (drover_config_get_catalogue (config), arguments, part->scope.back,
                               type);
  offer_passt (&types, arguments, part->scope.back);
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
  update_passt (self, part);
  drover_forward_list_update (self->forwards, arguments, part->scope.back);
}

static char *
drover_network_row_dup_problem (DroverPartRow *row, GPtrArray *arguments, const DroverPart *part)
{
  DroverCatalogue *catalogue =
    drover_config_get_catalogue (drover_part_row_get_config (row));
  g_autofree char *type = drover_backend_dup_type (arguments, part);
  g_autofree char *model = drover_key_dup (arguments, part->scope.front, "driver");
  g_autoptr (GError) missing = NULL;
  g_autofree char *passt = is_passt (row, part) ? drover_passt_find (&missing) : NULL;

  if (catalogue != NULL && model != NULL && !drover_catalogue_find_device (catalogue, model, NULL))
    return g_strdup_printf (_("This QEMU has no card “%s”. Choose another, or another QEMU."),
                            model);
  if (part->scope.front < 0)
    return g_strdup (_("No card of the machine uses it, so the guest does not see it."));

  if (missing != NULL)
    return g_strdup (missing->message);

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

/* @document: (transfer full) (nullable) */
static void
take_document (DroverNetworkRow *self, DroverDocument *document, const char *label, GError *error)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  g_autoptr (DroverDocument) changed = document;
  g_autoptr (GError) reason = error;

  if (changed == NULL || !drover_editor_apply (drover_config_get_editor (drover_part_row_get_config (row)),
                                               changed, label, NULL, &reason))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", reason->message);
  drover_part_row_refresh (row);
}

static void
forwards_typed_cb (DroverNetworkRow *self)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  g_auto (GStrv) parts =
    g_strsplit (gtk_editable_get_text (GTK_EDITABLE (self->passt_forwards)), ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) forwards = NULL;
  GError *error = NULL;
  DroverDocument *changed;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (builder, parts[i]);
  forwards = g_strv_builder_end (builder);
  changed = drover_passt_set_forwards (get_document (row), drover_part_row_get_part (row)->scope.back,
                                       (const char *const *) forwards, &error);
  take_document (self, changed, _("Port forwards"), error);
}

/* What Drover itself sees to is more than arguments. Returns: whether it is that */
static gboolean
change_passt (DroverNetworkRow *self, const char *type)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  DroverCatalogue *catalogue = drover_config_get_catalogue (drover_part_row_get_config (row));
  const DroverPart *part = drover_part_row_get_part (row);
  gboolean now = is_passt (row, part);
  gboolean then = g_str_equal (type, "passt");
  GError *error = NULL;
  DroverDocument *changed;

  if (now && then)
    return TRUE;
  if (then && (catalogue == NULL || !drover_catalogue_knows (catalogue, "netdevs", "passt")))
    changed = drover_passt_apply (get_document (row), part->scope.back, &error);
  else if (now && g_str_equal (type, "user"))
    changed = drover_passt_remove (get_document (row), part->scope.back, &error);
  else
    return FALSE;

  take_document (self, changed, _("Connected to"), error);
  return TRUE;
}

static void
type_chosen_cb (DroverNetworkRow *self)
{
  DroverPartRow *row = DROVER_PART_ROW (self);
  DroverConfig *config = drover_part_row_get_config (row);
  guint selected = adw_combo_row_get_selected (self->type);
  g_autofree char *now = dup_type (self, drover_config_get_arguments (config),
                                   drover_part_row_get_part (row));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) arguments = NULL;

  g_assert (DROVER_IS_NETWORK_ROW (self));

  /* GObject tells once more when the row was brought up to date meanwhile. */
  if (self->updating || selected == GTK_INVALID_LIST_POSITION ||
      g_strcmp0 (self->types[selected], now) == 0)
    return;

  if (change_passt (self, self->types[selected]))
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

  self->passt_forwards = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->passt_forwards),
                                 _("Port forwards, as in tcp:127.0.0.1:2222-:22"));
  adw_entry_row_set_show_apply_button (self->passt_forwards, TRUE);
  g_signal_connect_object (self->passt_forwards, "apply", G_CALLBACK (forwards_typed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), GTK_WIDGET (self->passt_forwards));

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
