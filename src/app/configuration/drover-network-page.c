/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-key.h"
#include "drover-network-page.h"
#include "drover-network-row.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

/* Whether an enabled argument has that option, and that value when it is given. */
static int
find_option (GPtrArray *arguments, const char *option, const char *type)
{
  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]) &&
        g_str_equal (drover_argument_get_option (arguments->pdata[i]), option))
      {
        g_autofree char *found =
          type != NULL ? drover_key_dup (arguments, i, "type") : NULL;

        if (type == NULL || g_strcmp0 (found, type) == 0)
          return i;
      }

  return -1;
}

/* QEMU makes a card with user-mode networking when nothing at all is said of the network. */
static gboolean
has_default_network (GPtrArray *arguments)
{
  static const char *const options[] = { "nic", "netdev", "net", "nodefaults" };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (find_option (arguments, options[i], NULL) >= 0)
      return FALSE;

  return TRUE;
}

static int
find_none (GPtrArray *arguments)
{
  int nic = find_option (arguments, "nic", "none");

  return nic >= 0 ? nic : find_option (arguments, "net", "none");
}

static void
apply (DroverConfig *config, GPtrArray *arguments, const char *label)
{
  drover_config_apply (config, arguments, label, NULL);
}

/* The very thing that QEMU does by itself. */
static void
make_explicit_cb (DroverConfig *config)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_config_get_arguments (config));

  g_ptr_array_add (arguments, drover_argument_new ("-nic", "user"));
  apply (config, arguments, _("Make the network explicit"));
}

static void
remove_none_cb (DroverConfig *config)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_config_get_arguments (config));
  int none = find_none (arguments);

  if (none < 0)
    return;

  g_ptr_array_remove_index (arguments, none);
  apply (config, arguments, _("Allow a network"));
}

static void
add_cb (DroverPartsGroup *group)
{
  DroverConfig *config = drover_parts_group_get_config (group);
  DroverEditor *editor = drover_config_get_editor (config);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) arguments = NULL;

  if (drover_config_get_arguments (config) == NULL)
    return;

  arguments = drover_parts_add (
    drover_config_get_arguments (config),
    drover_document_get_program (drover_editor_get_document (editor)), DROVER_PART_CARD,
    (const char *const[]) { "type=user", NULL }, &id, &error);
  if (arguments == NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (group), "win.toast", "s", error->message);
      return;
    }

  drover_parts_group_open (group, id);
  apply (config, arguments, _("Add card"));
}

static GtkWidget *
add_notice (AdwPreferencesGroup *group, const char *icon, const char *title, const char *subtitle,
            const char *label, GCallback callback, DroverConfig *config)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", callback, config, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (group, row);
  return row;
}

typedef struct
{
  DroverConfig *config; /* borrowed: the page's signals end with the page */
  GtkWidget *group;
  GtkWidget *by_itself;
  GtkWidget *none;
} Notices;

static void
update_notices (GtkWidget *page)
{
  Notices *notices = g_object_get_data (G_OBJECT (page), "notices");
  GPtrArray *arguments = drover_config_get_arguments (notices->config);
  gboolean by_itself = arguments != NULL && has_default_network (arguments);
  gboolean none = arguments != NULL && find_none (arguments) >= 0;

  gtk_widget_set_visible (notices->by_itself, by_itself);
  gtk_widget_set_visible (notices->none, none);
  gtk_widget_set_visible (notices->group, by_itself || none);
}

static void
add_notices (AdwPreferencesPage *page, DroverConfig *config)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  Notices *notices = g_new0 (Notices, 1);

  notices->config = config;
  notices->group = GTK_WIDGET (group);
  notices->by_itself =
    add_notice (group, "dialog-information-symbolic", _("QEMU makes a network by itself"),
                _("As nothing is said of one, the machine gets its usual card and user-mode "
                  "networking, if its board has a place for a card."),
                _("_Make It Explicit"), G_CALLBACK (make_explicit_cb), config);
  notices->none = add_notice (group, "network-offline-symbolic", _("No network"),
                              _("“none” says that the machine gets no card but those below."),
                              _("_Take It Back"), G_CALLBACK (remove_none_cb), config);
  g_object_set_data_full (G_OBJECT (page), "notices", notices, g_free);
  adw_preferences_page_add (page, group);
  g_signal_connect_object (config, "changed", G_CALLBACK (update_notices), page,
                           G_CONNECT_SWAPPED);
  update_notices (GTK_WIDGET (page));
}

/**
 * drover_network_page_new:
 * @config: the configuration of a machine
 *
 * Returns: (transfer floating): its network cards, and what QEMU does when there are none
 */
GtkWidget *
drover_network_page_new (DroverConfig *config)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  DroverPartsGroup *group = drover_parts_group_new (
    config, _("Network Cards"), (const char *const[]) { DROVER_PART_CARD, NULL },
    DROVER_TYPE_NETWORK_ROW);
  GtkWidget *button = drover_parts_group_add_button (group, _("_Add Card"));

  drover_parts_group_set_empty (group, _("No cards"), _("None is named on the command line."));
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), group, G_CONNECT_SWAPPED);
  add_notices (ADW_PREFERENCES_PAGE (page), config);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  drover_settings_page_add_page (page, "network");
  return GTK_WIDGET (page);
}
