/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "drover-device-details.h"
#include "drover-device-node.h"
#include "drover-device-tree-page.h"
#include "drover-device-tree.h"
#include "drover-dex.h"
#include "run-fixture.h"
#include "window-fixture.h"

/* The devices of a real QEMU in the real window: each is chosen, looked at, and its link followed
 * to the row of the configuration that made it. */

static GtkWidget *
get_page (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_DEVICE_TREE_PAGE);
}

static GtkWidget *
get_details (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_DEVICE_DETAILS);
}

static GtkSelectionModel *
get_model (DroverWindow *window)
{
  GtkWidget *page = get_page (window);
  GtkWidget *list = page != NULL ? window_find_type (page, GTK_TYPE_LIST_VIEW) : NULL;

  return list != NULL ? gtk_list_view_get_model (GTK_LIST_VIEW (list)) : NULL;
}

static DroverDeviceNode *
dup_node (GListModel *model, guint i)
{
  g_autoptr (GObject) item = g_list_model_get_item (model, i);

  return GTK_IS_TREE_LIST_ROW (item) ? gtk_tree_list_row_get_item (GTK_TREE_LIST_ROW (item))
                                     : DROVER_DEVICE_NODE (g_steal_pointer (&item));
}

/* Where the first of that name or type is in the list; -1 when it is not. */
static int
find_node (DroverWindow *window, const char *name)
{
  GListModel *model = G_LIST_MODEL (get_model (window));

  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (DroverDeviceNode) node = dup_node (model, i);

      if (g_strcmp0 (drover_device_node_get_name (node), name) == 0 ||
          g_strcmp0 (drover_device_node_get_type_name (node), name) == 0)
        return i;
    }

  return -1;
}

static void
choose (DroverWindow *window, const char *name)
{
  g_test_message ("choosing “%s”", name);
  drover_test_until (find_node (window, name) >= 0);
  gtk_selection_model_select_item (get_model (window), find_node (window, name), TRUE);
}

static void
show_devices (DroverWindow *window)
{
  window_press (window, "Activity");
  window_press (window, "Devices");
  drover_test_until (get_page (window) != NULL && configuration_get (window) == NULL &&
                     (get_model (window) != NULL || get_details (window) != NULL));
}

static GtkWidget *
find_chosen (GtkWidget *root)
{
  if (root == NULL || !gtk_widget_get_mapped (root))
    return NULL;
  if (DROVER_IS_SETTING_ROW (root) && gtk_widget_has_css_class (root, "chosen"))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_chosen (child);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
find_chosen_row (DroverWindow *window)
{
  return find_chosen (GTK_WIDGET (configuration_get (window)));
}

static void
assert_chosen (DroverWindow *window, const char *setting, const char *flag, const char *value)
{
  DroverConfig *config;
  DroverArgument *argument;
  GtkWidget *row;
  int i;

  drover_test_until (find_chosen_row (window) != NULL);
  row = find_chosen_row (window);
  g_assert_cmpstr (drover_setting_row_get_setting (DROVER_SETTING_ROW (row))->id, ==, setting);
  config = drover_configuration_view_get_config (configuration_get (window));
  drover_config_get_selection (config, &i, NULL, NULL);
  argument = drover_config_get_arguments (config)->pdata[i];
  g_assert_cmpstr (drover_argument_get_flag (argument), ==, flag);
  g_assert_cmpstr (drover_argument_get_value (argument), ==, value);
}

/* From the chosen node to its row, and back. */
static void
follow (DroverWindow *window, const char *setting, const char *flag, const char *value)
{
  g_autofree char *text = g_strdup_printf ("%s %s", flag, value);

  drover_test_until (window_says (get_details (window), "Made by this argument"));
  g_assert_true (window_says (get_details (window), text));
  window_press (window, "Show in the Configuration");
  assert_chosen (window, setting, flag, value);
}

#define CARD "e1000,id=card,netdev=net"

static void
start_machine (DroverWindow *window)
{
  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
}

static void
links (DroverWindow *window, gconstpointer data)
{
  const char *image = data;

  start_machine (window);
  show_devices (window);
  g_assert_true (window_says (window, "Choose a device to see what made it"));
  choose (window, "card");
  drover_test_until (window_says (get_details (window), "52:54:00:12:34:56"));
  window_picture (window, "devices", "card");
  follow (window, "card.model", "-device", CARD);

  /* A second time, from another section. */
  configuration_show (window, "memory");
  drover_test_until (find_chosen_row (window) == NULL);
  show_devices (window);
  follow (window, "card.model", "-device", CARD);

  show_devices (window);
  choose (window, "ide-hd");
  follow (window, "disk.image", "-hda", image);

  /* Nothing is to be opened for what the board made. */
  show_devices (window);
  choose (window, "i8042");
  drover_test_until (window_says (get_details (window), "Made by the machine itself"));
  g_assert_null (window_find_button (get_details (window), "Show in the Configuration"));

  drover_dex_forget (drover_run_force_off (drover_window_get_run (window)));
  drover_test_until (window_says (get_page (window), "The Machine Is Off"));
}

static void
test_links (void)
{
  g_autofree char *image = g_build_filename (drover_test_dir (), "disk.img", NULL);
  g_autofree char *zeros = g_malloc0 (65536);
  g_autofree char *file = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (image, zeros, 65536, &error);
  g_assert_no_error (error);
  file = window_put_guest_with ("subject", ARGUMENTS ("-nographic", "-hda", image, "-device", CARD,
                                                      "-netdev", "user,id=net"));
  window_fixture_run (links, image);
  window_fixture_clean_up ();
}

static void
show_view (DroverWindow *window, DroverDeviceView view)
{
  GtkWidget *views = window_find_type (get_page (window), GTK_TYPE_DROP_DOWN);
  GtkSelectionModel *before = get_model (window);

  /* What was there stays until QEMU has answered. */
  gtk_drop_down_set_selected (GTK_DROP_DOWN (views), view);
  drover_test_until (get_model (window) != NULL && get_model (window) != before);
}

static void
search (DroverWindow *window, const char *text)
{
  gtk_editable_set_text (
    GTK_EDITABLE (window_find_type (get_page (window), GTK_TYPE_SEARCH_ENTRY)), text);
}

static gboolean
is_only (DroverWindow *window, const char *name)
{
  GListModel *model = G_LIST_MODEL (get_model (window));

  return model != NULL && g_list_model_get_n_items (model) == 1 && find_node (window, name) == 0;
}

static void
views (DroverWindow *window, gconstpointer data)
{
  DroverRun *run;
  g_autoptr (GError) error = NULL;

  start_machine (window);
  run = drover_window_get_run (window);
  show_devices (window);

  show_view (window, DROVER_DEVICE_VIEW_PCI);
  choose (window, "card");
  drover_test_until (window_says (get_page (window), "8086:100e"));
  follow (window, "card.model", "-device", CARD);

  show_devices (window);
  show_view (window, DROVER_DEVICE_VIEW_USB);
  choose (window, "usb-tablet");
  drover_test_until (window_says (get_details (window), "Made by this argument"));

  /* What comes later no argument made. */
  drover_test_await (drover_qmp_execute (drover_run_get_qmp (run), "device_add",
                                         json_from_string ("{\"driver\": \"usb-kbd\", "
                                                           "\"id\": \"late\"}", NULL)),
                     &error);
  g_assert_no_error (error);
  g_assert_cmpint (find_node (window, "late"), ==, -1);
  window_press (window, "Ask QEMU Again");
  choose (window, "late");
  drover_test_until (window_says (get_details (window), "Added while the machine runs"));
  g_assert_null (window_find_button (get_details (window), "Show in the Configuration"));

  /* That it goes is told by QEMU; of one whose guest never rests, only when that is paused. */
  window_press (window, "Pause");
  drover_test_until (window_can_press (window, "Resume"));
  drover_test_await (drover_qmp_execute (drover_run_get_qmp (run), "device_del",
                                         json_from_string ("{\"id\": \"late\"}", NULL)),
                     &error);
  g_assert_no_error (error);
  drover_test_until (get_model (window) != NULL && find_node (window, "usb-tablet") >= 0 &&
                     find_node (window, "late") < 0);

  /* Of all objects, what is looked for is found wherever it is. */
  show_view (window, DROVER_DEVICE_VIEW_OBJECTS);
  drover_test_until (find_node (window, "machine") >= 0);
  search (window, "/objects/random");
  drover_test_until (is_only (window, "random"));
  choose (window, "random");
  follow (window, "object.type", "-object", "rng-random,id=random");
  show_devices (window);
  search (window, "no such thing");
  drover_test_until (window_says (get_page (window), "Nothing Found"));
  drover_dex_forget (drover_run_force_off (run));
  drover_test_until (drover_run_is_off (run));
}

static void
test_views (void)
{
  g_autofree char *file = window_put_guest_with (
    "subject", ARGUMENTS ("-nographic", "-device", CARD, "-netdev", "user,id=net", "-usb",
                          "-device", "usb-tablet", "-object", "rng-random,id=random"));

  window_fixture_run (views, NULL);
  window_fixture_clean_up ();
}

/* On a phone one thing is seen at a time; and the argument may change, or go, meanwhile. */
static void
narrow (DroverWindow *window, gconstpointer data)
{
  DroverMachine *machine;
  DroverDocument *document;
  GtkWidget *list;
  g_autoptr (GPtrArray) fewer = NULL;
  g_autoptr (GError) error = NULL;

  start_machine (window);
  show_devices (window);
  window_resize (window, 360, 640);
  drover_test_until (find_node (window, "card") >= 0);
  g_assert_null (get_details (window));
  list = window_find_type (get_page (window), GTK_TYPE_LIST_VIEW);
  choose (window, "card");
  g_signal_emit_by_name (list, "activate", find_node (window, "card"));
  drover_test_until (get_details (window) != NULL);
  window_picture (window, "devices", "narrow");
  follow (window, "card.model", "-device", CARD);
  show_devices (window);
  window_press (window, "Back to the Devices");
  drover_test_until (get_details (window) == NULL);
  g_signal_emit_by_name (list, "activate", find_node (window, "card"));
  drover_test_until (window_says (get_details (window), "Made by this argument"));

  machine = drover_run_get_machine (drover_window_get_run (window));
  document = drover_machine_get_document (machine);
  fewer = drover_arguments_copy (drover_document_get_arguments (document));
  g_ptr_array_remove_range (fewer, fewer->len - 2, 2);
  g_assert_true (drover_editor_apply_arguments (drover_editor_get_for_machine (machine), fewer,
                                                "Remove", NULL, &error));
  drover_test_until (window_says (get_details (window), "Made by an argument that is gone"));
  g_assert_null (window_find_button (get_details (window), "Show in the Configuration"));
}

static void
test_narrow (void)
{
  g_autofree char *file = window_put_guest_with (
    "subject", ARGUMENTS ("-nographic", "-device", CARD, "-netdev", "user,id=net"));

  window_fixture_run (narrow, NULL);
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/devices-page/links", test_links);
  g_test_add_func ("/devices-page/views", test_views);
  g_test_add_func ("/devices-page/narrow", test_narrow);
  return drover_test_run ();
}
