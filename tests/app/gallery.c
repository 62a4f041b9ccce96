/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "configuration-fixture.h"
#include "window-fixture.h"

#include "drover-monitor-view.h"
#include "drover-account-page.h"
#include "drover-activity.h"
#include "drover-device-tree.h"
#include "drover-dex.h"
#include "drover-hardware-page.h"
#include "drover-image.h"
#include "drover-machine-page.h"
#include "drover-media-button.h"
#include "drover-media-page.h"
#include "drover-part-row.h"
#include "drover-review-page.h"
#include "drover-sections.h"
#include "drover-templates.h"
#include "drover-test.h"

/* Pictures of every page and dialog of the configuration: wide and narrow, light and dark. They
 * are taken from inside, so no guest has to boot and nothing has to be waited for but a frame. */

static const char *folder;
static char **wanted;
static gboolean found_any;

#define ARGUMENT(flag, value) "{\"flag\":\"" flag "\",\"value\":\"" value "\"}"
#define MACHINE(program, arguments)                                                        \
  "{\"version\":1,\"uuid\":\"8d2f9a34-17b6-4a57-9c1e-2f60d5a1e0c1\",\"name\":\"Workshop\"," \
  "\"program\":\"" program "\",\"notes\":\"For the talk in May.\","                          \
  "\"tags\":[\"work\",\"linux\"],\"arguments\":[" arguments "]}"

/* Something to show in each section, and some that is ugly. */
static const char workshop[] = MACHINE (
  "qemu-system-x86_64",
  ARGUMENT ("-machine", "q35,smm=on") ","
  ARGUMENT ("-accel", "tcg,thread=multi,tb-size=512") ","
  ARGUMENT ("-cpu", "Skylake-Client,+avx2,hle=off") ","
  ARGUMENT ("-smp", "6,sockets=1,cores=2,threads=2") ","
  ARGUMENT ("-m", "4G,slots=2,maxmem=16G") ","
  ARGUMENT ("-object", "memory-backend-ram,id=ram0,size=3G") ","
  ARGUMENT ("-object", "memory-backend-ram,id=ram1,size=1G") ","
  ARGUMENT ("-numa", "node,nodeid=0,cpus=0-3,memdev=ram0") ","
  ARGUMENT ("-numa", "node,nodeid=1,cpus=4-5,memdev=ram1") ","
  ARGUMENT ("-drive", "file=disk.qcow2,if=virtio,cache=none") ","
  ARGUMENT ("-drive", "file=fat:rw:exchange,format=raw,if=ide") ","
  ARGUMENT ("-cdrom", "/home/somebody/Downloads/a-quite-long-name-of-an-installer-2026.1.iso") ","
  ARGUMENT ("-blockdev", "driver=qcow2,node-name=image0,file.driver=file,file.filename=b.qcow2") ","
  ARGUMENT ("-device", "virtio-blk-pci,drive=image0,id=disk0,bootindex=1") ","
  ARGUMENT ("-netdev", "user,id=net0,hostfwd=tcp::2222-:22,hostfwd=udp:127.0.0.1:5353-:53") ","
  ARGUMENT ("-device", "virtio-net-pci,netdev=net0,id=nic0") ","
  ARGUMENT ("-nic", "tap,ifname=tap0,script=no") ","
  ARGUMENT ("-device", "virtio-rng-pci") ","
  ARGUMENT ("-device", "qemu-xhci,id=usb") ","
  ARGUMENT ("-device", "usb-tablet,bus=usb.0") ","
  ARGUMENT ("-chardev", "socket,id=mon0,path=/tmp/monitor,server=on,wait=off") ","
  ARGUMENT ("-audiodev", "pipewire,id=audio0") ","
  ARGUMENT ("-device", "intel-hda") ","
  ARGUMENT ("-device", "hda-duplex,audiodev=audio0") ","
  ARGUMENT ("-virtfs", "local,path=/home/somebody/share,mount_tag=share,security_model=none") ","
  ARGUMENT ("-display", "gtk,gl=on") ","
  ARGUMENT ("-boot", "order=d,menu=on") ","
  ARGUMENT ("-boot", "order=c") ","
  ARGUMENT ("-readconfig", "extra.cfg") ","
  ARGUMENT ("-frobnicate", "how=much") ","
  "{\"flag\":\"-d\",\"value\":\"int,cpu_reset\",\"enabled\":false,\"note\":\"much noise\"}");

static const char bare[] = MACHINE ("qemu-system-x86_64", "");

/* One that was to be installed by itself. */
static const char failed[] =
  "{\"version\":1,\"uuid\":\"8d2f9a34-17b6-4a57-9c1e-2f60d5a1e0c1\",\"name\":\"Debian 13\","
  "\"program\":\"qemu-system-x86_64\",\"arguments\":["
  ARGUMENT ("-netdev", "user,id=net0,hostfwd=tcp:127.0.0.1:22220-:22") "],"
  "\"install\":{\"state\":\"failed\",\"kind\":\"preseed\",\"user\":\"anna\",\"ssh-port\":22220}}";

/* What QEMU refuses, at a row. */
static const char refused[] = MACHINE (
  "qemu-system-x86_64", ARGUMENT ("-cpu", "nonsense") "," ARGUMENT ("-m", "64M"));

/* Taking pictures */

static gboolean
is_wanted (const char *name)
{
  gboolean all = wanted == NULL || *wanted == NULL;

  for (guint i = 0; !all && wanted[i] != NULL; i++)
    if (g_pattern_match_simple (wanted[i], name))
      return TRUE;

  return all;
}

static void
settle (DroverWindow *window)
{
  drover_test_until (!window_is_moving (window));
  window_draw (window, 6);
}

static const char *
get_language_suffix (void)
{
  return g_str_has_prefix (g_get_language_names ()[0], "de") ? "-de" : "";
}

static void
shoot (DroverWindow *window, const char *name)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  static const int sizes[][2] = { { 1100, 760 }, { 360, 720 } };
  const char *language = get_language_suffix ();

  found_any = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      window_resize (window, sizes[i][0], sizes[i][1]);
      for (guint j = 0; j < G_N_ELEMENTS (schemes); j++)
        {
          g_autofree char *path =
            g_strdup_printf ("%s/%s-%d-%s%s.png", folder, name, sizes[i][0],
                             j == 0 ? "light" : "dark", language);

          adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[j]);
          settle (window);
          window_save (window, path);
        }
    }

  window_resize (window, sizes[0][0], sizes[0][1]);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[0]);
  settle (window);
  g_print ("%s\n", name);
}

/* Finding and pressing: by widgets and actions, as the texts differ with the language. */

static AdwDialog *
find_dialog (DroverWindow *window)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
}

static void
shoot_dialog (DroverWindow *window, const char *name)
{
  drover_test_until (find_dialog (window) != NULL);
  shoot (window, name);
  while (find_dialog (window) != NULL)
    {
      AdwDialog *dialog = find_dialog (window);

      adw_dialog_force_close (dialog);
      drover_test_until (find_dialog (window) != dialog);
    }
}

/* It is a window of its own, which another size of the first closes. */
static void
shoot_popover (DroverWindow *window, GtkPopover *popover, const char *name)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_FORCE_DARK,
                                            ADW_COLOR_SCHEME_FORCE_LIGHT };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autofree char *path =
        g_strdup_printf ("%s/%s-%s%s.png", folder, name, i == 0 ? "dark" : "light",
                         get_language_suffix ());

      adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[i]);
      drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (popover)));
      settle (window);
      window_save (popover, path);
    }
  g_print ("%s\n", name);
}

/* A button is found by what it says, without the line under its key. */
static char *
dup_plain (const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);

  return g_strjoinv ("", parts);
}

static GtkWidget *
find_button (DroverWindow *window, const char *label)
{
  g_autofree char *plain = dup_plain (label);

  drover_test_until (window_can_press (window, plain));
  return window_find_button (window, plain);
}

static void
press (DroverWindow *window, const char *label)
{
  g_assert_true (gtk_widget_activate (find_button (window, label)));
}

static gpointer
find_card (GtkWidget *root, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (root) && gtk_widget_get_mapped (root) &&
      strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title) != NULL)
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gpointer found = find_card (child, title);

      if (found != NULL)
        return found;
    }

  return NULL;
}

/* The row, once it is there, unfolded. */
static gpointer
open_card (DroverWindow *window, const char *title)
{
  GtkWidget *root = GTK_WIDGET (configuration_get (window));
  gpointer card;

  drover_test_until (find_card (root, title) != NULL);
  card = find_card (root, title);
  adw_expander_row_set_expanded (card, TRUE);
  gtk_widget_grab_focus (card);
  settle (window);
  return card;
}

static void
press_row (DroverWindow *window, GtkWidget *root, const char *title)
{
  drover_test_until (find_card (root, title) != NULL);
  g_signal_emit_by_name (find_card (root, title), "activated");
  drover_test_until (find_dialog (window) != NULL);
}

/* Scenes */

static void
show_sections (DroverWindow *window, const char *prefix)
{
  guint n_sections;
  const DroverSection *sections = drover_sections_list (&n_sections);

  for (guint i = 0; i < n_sections; i++)
    {
      g_autofree char *name = g_strconcat (prefix, sections[i].page, NULL);

      if (!is_wanted (name))
        continue;
      configuration_show (window, sections[i].page);
      configuration_open_page (window);
      shoot (window, name);
    }
}

static void
go_to (DroverWindow *window, const char *page)
{
  configuration_show (window, page);
  configuration_open_page (window);
}

static void
scroll_to_end (DroverWindow *window)
{
  GtkWidget *card = window_find_type (configuration_get (window), ADW_TYPE_PREFERENCES_PAGE);
  GtkWidget *scroller = window_find_type (card, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_adjustment_set_value (at, gtk_adjustment_get_upper (at));
}

static void
show_numa (DroverWindow *window)
{
  go_to (window, "cpu");
  settle (window);
  scroll_to_end (window);
  shoot (window, "numa");
}

static void
show_disk (DroverWindow *window)
{
  go_to (window, "disks");
  open_card (window, "b.qcow2");
  shoot (window, "disk");
}

static void
show_card (DroverWindow *window)
{
  go_to (window, "network");
  open_card (window, "virtio-net-pci");
  shoot (window, "card");
}

static void
show_device (DroverWindow *window)
{
  go_to (window, "devices");
  open_card (window, "qemu-xhci");
  shoot (window, "device");
}

static void
show_argument (DroverWindow *window)
{
  go_to (window, "rest");
  open_card (window, "frobnicate");
  shoot (window, "argument");
}

static void
show_add_disk (DroverWindow *window)
{
  go_to (window, "disks");
  press (window, _("_Add Disk…"));
  shoot_dialog (window, "add-disk");
}

/* The dialog with a folder, and what comes of it. */
static void
show_share (DroverWindow *window)
{
  go_to (window, "sharing");
  press (window, _("_Share a Folder…"));
  drover_test_until (find_dialog (window) != NULL &&
                     window_find_type (find_dialog (window), ADW_TYPE_ENTRY_ROW) != NULL);
  settle (window);
  gtk_root_set_focus (GTK_ROOT (window), NULL);
  gtk_editable_set_text (GTK_EDITABLE (window_find_type (find_dialog (window),
                                                         ADW_TYPE_ENTRY_ROW)),
                         "/usr/share/doc");
  shoot (window, "share-dialog");
  press (window, _("_Share"));
  drover_test_until (find_dialog (window) == NULL);
  shoot (window, "share");
}

static void
show_add_device (DroverWindow *window)
{
  go_to (window, "devices");
  press (window, _("_Add Device…"));
  shoot_dialog (window, "add-device");
}

static void
show_forward (DroverWindow *window)
{
  go_to (window, "network");
  open_card (window, "virtio-net-pci");
  press (window, _("Add Port Forward…"));
  shoot_dialog (window, "forward");
}

static void
show_modernise (DroverWindow *window)
{
  go_to (window, "disks");
  press_row (window, open_card (window, "a-quite-long"), _("_Modernise…"));
  shoot_dialog (window, "modernise");
}

static void
show_remove (DroverWindow *window)
{
  go_to (window, "disks");
  press_row (window, open_card (window, "b.qcow2"), _("_Remove…"));
  shoot_dialog (window, "remove");
}

static void
show_properties (DroverWindow *window)
{
  go_to (window, "devices");
  press_row (window, open_card (window, "qemu-xhci"), _("All _Properties…"));
  shoot_dialog (window, "properties");
}

static void
show_machine_properties (DroverWindow *window)
{
  go_to (window, "machine");
  press_row (window, GTK_WIDGET (configuration_get (window)), _("All Properties of This Machine"));
  shoot_dialog (window, "machine-properties");
}

static GtkToggleButton *
find_command_toggle (DroverWindow *window)
{
  return GTK_TOGGLE_BUTTON (find_button (window, _("Command Line")));
}

static void
show_command_view (DroverWindow *window)
{
  DroverConfig *config = drover_configuration_view_get_config (configuration_get (window));
  GtkWidget *text;

  go_to (window, "memory");
  gtk_toggle_button_set_active (find_command_toggle (window), TRUE);
  drover_config_select (config, 4, 0, 2);
  shoot (window, "command");

  press (window, _("As _Launched"));
  shoot (window, "command-launched");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_button (window, _("As _Launched"))),
                                FALSE);

  drover_test_until (window_find_type (window, GTK_TYPE_TEXT_VIEW) != NULL);
  text = window_find_type (window, GTK_TYPE_TEXT_VIEW);
  gtk_text_buffer_insert_interactive_at_cursor (
    gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), "'", 1, TRUE);
  shoot (window, "command-error");
  gtk_widget_activate_action (text, "command.discard", NULL);
  gtk_toggle_button_set_active (find_command_toggle (window), FALSE);
}

static const struct
{
  const char *name;
  void (*show) (DroverWindow *window);
} scenes[] = {
  { "numa", show_numa },
  { "disk", show_disk },
  { "card", show_card },
  { "device", show_device },
  { "argument", show_argument },
  { "add-disk", show_add_disk },
  { "add-device", show_add_device },
  { "forward", show_forward },
  { "modernise", show_modernise },
  { "remove", show_remove },
  { "properties", show_properties },
  { "machine-properties", show_machine_properties },
  { "command", show_command_view },
  { "share", show_share },
};

static void
show_workshop (DroverWindow *window, gconstpointer data)
{
  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  show_sections (window, "");
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (is_wanted (scenes[i].name))
      scenes[i].show (window);
}

static void
show_bare (DroverWindow *window, gconstpointer data)
{
  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  show_sections (window, "bare-");
}

static void
show_refused (DroverWindow *window, gconstpointer data)
{
  DroverConfig *config;

  configuration_open (window);
  config = drover_configuration_view_get_config (configuration_get (window));
  drover_test_until (configuration_has_catalogue (window));
  configuration_show (window, "cpu");
  configuration_open_page (window);
  press (window, _("C_heck"));
  drover_test_until (drover_config_get_check (config) != NULL);
  shoot (window, "refused");
}

static void
put_text (DroverWindow *window, const char *text)
{
  GtkWidget *view;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.import", NULL));
  drover_test_until (find_dialog (window) != NULL &&
                     window_find_type (find_dialog (window), GTK_TYPE_TEXT_VIEW) != NULL);
  view = window_find_type (find_dialog (window), GTK_TYPE_TEXT_VIEW);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
}

static void
show_import (DroverWindow *window, const char *name, const char *text)
{
  if (!is_wanted (name))
    return;

  put_text (window, text);
  shoot_dialog (window, name);
}

/* Files that look like what a machine is made from, and are not. */
static char *
put_medium (const char *kind)
{
  char *path = g_build_filename (drover_test_dir (), kind, NULL);
  g_autofree char *bytes = g_malloc0 (40 * 2048);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (kind, "disk"))
    drover_test_await (drover_image_create (path, "raw", 1 << 20), &error);
  else
    {
      memcpy (bytes + 16 * 2048 + 1, "CD001", 5);
      g_file_set_contents (path, bytes, 40 * 2048, &error);
    }
  g_assert_no_error (error);
  return path;
}

static void
give_media (DroverMediaPage *page, const char *template_id)
{
  g_autoptr (DroverTemplate) template = drover_template_find (template_id, NULL);
  g_autoptr (GPtrArray) media = drover_template_list_media (template, "x86_64");

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];
      g_autofree char *path = put_medium (medium->kind);

      if (!medium->optional)
        drover_media_page_take_file (page, medium->id, path);
    }
}

static void
type_password (GtkWidget *root)
{
  if (ADW_IS_PASSWORD_ENTRY_ROW (root))
    gtk_editable_set_text (GTK_EDITABLE (root), "correct horse");
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    type_password (child);
}

static gboolean
wants_assistant (const char *template)
{
  g_autofree char *prefix = g_strdup_printf ("assistant-%s-", template);
  static const char *const pages[] = { "hardware", "account", "media", "review" };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strconcat (prefix, pages[i], NULL);

      if (is_wanted (name))
        return TRUE;
    }

  return FALSE;
}

/* The pages of the assistant, one after the other. */
static void
show_assistant (DroverWindow *window, const char *template)
{
  g_autofree char *next = dup_plain (_("_Next"));
  const GType pages[] = { DROVER_TYPE_HARDWARE_PAGE, DROVER_TYPE_ACCOUNT_PAGE,
                          DROVER_TYPE_MEDIA_PAGE, DROVER_TYPE_REVIEW_PAGE };
  static const char *const names[] = { "hardware", "account", "media", "review" };
  GtkWidget *dialog;

  if (!wants_assistant (template))
    return;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.new-from-template", "s",
                                             template));
  drover_test_until (find_dialog (window) != NULL);
  dialog = GTK_WIDGET (find_dialog (window));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strdup_printf ("assistant-%s-%s", template, names[i]);

      settle (window);
      window_draw (window, 30);
      if (window_find_type (dialog, pages[i]) == NULL)
        continue;
      drover_test_until (window_find_type (dialog, ADW_TYPE_SPINNER) == NULL);
      if (is_wanted (name))
        shoot (window, name);
      if (pages[i] == DROVER_TYPE_ACCOUNT_PAGE)
        type_password (window_find_type (dialog, pages[i]));
      if (pages[i] == DROVER_TYPE_MEDIA_PAGE)
        give_media (DROVER_MEDIA_PAGE (window_find_type (dialog, pages[i])), template);
      if (!window_can_press (dialog, next))
        break;
      g_assert_true (gtk_widget_activate (window_find_button (dialog, next)));
    }
  adw_dialog_force_close (find_dialog (window));
  drover_test_until (find_dialog (window) == NULL);
}

static const char *const templates[] = {
  "debian-13",           "debian-13-cloud",      "windows-11", "boot-sector", "ubuntu-22.04-server",
  "ubuntu-22.04-cloud",  "ubuntu-22.04-desktop", "arch-cloud", "arch-iso",
};

static void
show_without_machines (DroverWindow *window, gconstpointer data)
{
  if (is_wanted ("start"))
    shoot (window, "start");
  if (is_wanted ("assistant"))
    {
      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.new", NULL));
      shoot_dialog (window, "assistant");
    }
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    show_assistant (window, templates[i]);
  show_import (window, "import",
               "$ sudo qemu-system-x86_64 -m ${SIZE:-96M} -name \"$MY_NAME\" \\\n"
               "    -kernel $(ls vmlinuz*) -append 'root=/dev/sda quiet' >log &\n");
  show_import (window, "import-several",
               "qemu-img create disk.img 1G\nqemu-system-x86_64 -m 1G\n\n"
               "qemu-system-aarch64 -M virt -m 2G\n");
  show_import (window, "import-error", "qemu-system-x86_64 -m 1G \\\n  -name 'unclosed");
  show_import (window, "import-empty", "");
  if (is_wanted ("preferences"))
    {
      g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "preferences",
                                      NULL);
      shoot_dialog (window, "preferences");
    }
  if (is_wanted ("shortcuts"))
    {
      g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "shortcuts",
                                      NULL);
      shoot_dialog (window, "shortcuts");
    }
}

/* What became of an installation, and a template that is made of the machine. */
static void
show_installation (DroverWindow *window, gconstpointer data)
{
  window_activate_row (window, 0);
  if (is_wanted ("installation"))
    shoot (window, "installation");
  if (!is_wanted ("save-template"))
    return;
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.save-template", NULL));
  shoot_dialog (window, "save-template");
}

static gboolean
monitor_has_answered (DroverMonitorView *view)
{
  g_autofree char *text = drover_monitor_view_dup_text (view);

  return strchr (text, '\n') != NULL;
}

static void
show_monitor (DroverWindow *window, const char *name, const char *command, const char *half)
{
  AdwViewStack *stack;
  GtkWidget *view;
  GtkWidget *entry;

  stack = ADW_VIEW_STACK (gtk_widget_get_ancestor (
    window_find_type (window, g_str_equal (name, "hmp") ? VTE_TYPE_TERMINAL
                                                        : DROVER_TYPE_MONITOR_VIEW),
    ADW_TYPE_VIEW_STACK));
  adw_view_stack_set_visible_child_name (stack, name);
  view = adw_view_stack_get_visible_child (stack);
  drover_test_until (window_find_type (view, GTK_TYPE_ENTRY) != NULL);
  entry = window_find_type (view, GTK_TYPE_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), command);
  g_signal_emit_by_name (entry, "activate");
  drover_test_until (monitor_has_answered (DROVER_MONITOR_VIEW (view)));
  gtk_editable_set_text (GTK_EDITABLE (entry), half);
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
  window_draw (window, 30);
}

static void
show_console (DroverWindow *window, gconstpointer data)
{
  if (!is_wanted ("console"))
    return;

  window_activate_row (window, 0);
  shoot (window, "console-off");
  press (window, _("Start"));
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  drover_test_until (window_terminal_has (window, "aac"));
  window_type (window, "q");
  drover_test_until (window_terminal_has (window, "quiet"));
  shoot (window, "console");

  g_assert_true (gtk_widget_activate_action (window_find_type (window, VTE_TYPE_TERMINAL),
                                             "console.find", NULL));
  drover_test_until (window_find_type (window, GTK_TYPE_SEARCH_ENTRY) != NULL);
  gtk_editable_set_text (GTK_EDITABLE (window_find_type (window, GTK_TYPE_SEARCH_ENTRY)), "AAAB");
  window_draw (window, 30);
  shoot (window, "console-find");

  show_monitor (window, "hmp", "info status", "info b");
  shoot (window, "console-monitor");
  show_monitor (window, "qmp", "query-status", "blockdev-add driver=qcow2 ");
  shoot (window, "console-qmp");
}

/* A guest with something to show: waves of work, measured so often that they are seen at once. */
static void
show_activity (DroverWindow *window, gconstpointer data)
{
  DroverMachinePage *page;
  DroverActivity *activity;
  DroverSeries *series;
  GtkWidget *graphs;
  GtkAdjustment *at;

  window_activate_row (window, 0);
  activity = drover_activity_get_for_run (drover_window_get_run (window));
  drover_activity_set_interval (activity, 250);
  press (window, _("Start"));
  page = DROVER_MACHINE_PAGE (window_find_type (window, DROVER_TYPE_MACHINE_PAGE));
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  graphs = drover_machine_page_show_activity (page, "graphs");
  drover_test_until (
    (series = drover_activity_find_series (activity, DROVER_ACTIVITY_DISK_BYTES, "disk0-read")) &&
    drover_series_get_length (series) > (is_wanted ("activity-graphs") ? 150 : 1));
  if (is_wanted ("activity-graphs"))
    {
      shoot (window, "activity-graphs");
      at = gtk_scrolled_window_get_vadjustment (
        GTK_SCROLLED_WINDOW (window_find_type (graphs, GTK_TYPE_SCROLLED_WINDOW)));
      gtk_adjustment_set_value (at, gtk_adjustment_get_upper (at));
      shoot (window, "activity-graphs-end");
    }

  drover_dex_forget (drover_run_pause (drover_window_get_run (window)));
  drover_test_until (!drover_run_is_running (drover_window_get_run (window)));
  drover_dex_forget (drover_run_resume (drover_window_get_run (window)));
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  drover_machine_page_show_activity (page, "events");
  if (is_wanted ("activity-events"))
    {
      GtkWidget *view = window_find_type (window, GTK_TYPE_LIST_VIEW);

      settle (window);
      g_signal_emit_by_name (view, "activate", 2);
      shoot (window, "activity-events");
    }
}

/* A guest of which nothing is kept, and which knows no power button. */
static void
show_power (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
  DroverRun *run;

  window_activate_row (window, 0);
  run = drover_window_get_run (window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.start-disposable", NULL));
  drover_test_until (drover_run_is_running (run));
  if (is_wanted ("power-quit"))
    {
      g_settings_set_string (settings, "on-quit", "ask");
      gtk_window_close (GTK_WINDOW (window));
      shoot_dialog (window, "power-quit");
      g_settings_set_string (settings, "on-quit", "leave-running");
    }

  drover_run_set_patience (run, 1);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.shut-down", NULL);
  drover_test_until (drover_run_get_trouble (run) != NULL);
  if (is_wanted ("power-trouble"))
    shoot (window, "power-trouble");
  if (data != NULL)
    shoot (window, "power-agent");

  kill (drover_run_get_pid (run), SIGKILL);
  drover_test_until (drover_run_is_off (run));
  if (is_wanted ("power-killed"))
    shoot (window, "power-killed");
}

/* Another way than the power button. */
static const char *const with_agent[] = {
  "-nographic", "-chardev", "socket,id=agent0,path=agent.sock,server=on,wait=off",
  "-device", "isa-serial,chardev=agent0", NULL
};

static gboolean
wants_power (void)
{
  return is_wanted ("power-quit") || is_wanted ("power-trouble") || is_wanted ("power-killed");
}

/* The activity of a guest, whose agent is one of this computer’s that may only look: it listens
 * in the place of QEMU’s socket. */

static const char lively[] = MACHINE (
  "qemu-system-x86_64",
  ARGUMENT ("-machine", "q35") "," ARGUMENT ("-accel", "tcg") "," ARGUMENT ("-m", "64") ","
  "{\"flag\":\"-S\"}," ARGUMENT ("-display", "none") ","
  ARGUMENT ("-device", "virtio-rng-pci") ","
  ARGUMENT ("-device", "qemu-xhci,id=usb") ","
  ARGUMENT ("-device", "usb-tablet,bus=usb.0,id=tablet") ","
  ARGUMENT ("-netdev", "user,id=net0") ","
  ARGUMENT ("-device", "virtio-net-pci,netdev=net0,id=nic0") ","
  ARGUMENT ("-chardev", "socket,id=agent0,path=agent.sock,server=on,wait=off") ","
  ARGUMENT ("-device", "isa-serial,id=port0,chardev=agent0"));

static GSubprocess *
start_agent (DroverRun *run)
{
  const char *machine = drover_machine_get_folder (drover_run_get_machine (run));
  g_autofree char *path = g_build_filename (machine, "agent.sock", NULL);
  g_autofree char *config = g_build_filename (machine, "agent.conf", NULL);
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *agent;

  g_assert_true (g_file_set_contents (config, "[general]\n", -1, NULL));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_subprocess_launcher_set_cwd (launcher, machine);
  agent = g_subprocess_launcher_spawn (
    launcher, &error, "/usr/sbin/qemu-ga", "-m", "unix-listen", "-p", "agent.sock", "-c",
    "agent.conf", "-t", machine, "-f", "agent.pid", "-a",
    "guest-sync-delimited,guest-info,guest-get-osinfo,guest-get-host-name,"
    "guest-network-get-interfaces,guest-get-fsinfo,guest-get-time,guest-file-read,guest-exec",
    NULL);
  g_assert_no_error (error);
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_usleep (1000);
  return agent;
}

static GtkWidget *
open_activity (DroverWindow *window, const char *page)
{
  GtkWidget *machine = window_find_type (window, DROVER_TYPE_MACHINE_PAGE);

  return drover_machine_page_show_activity (DROVER_MACHINE_PAGE (machine), page);
}

static void
show_devices (DroverWindow *window)
{
  GtkWidget *page = open_activity (window, "devices");
  GtkListView *list;
  GtkSelectionModel *model;

  drover_test_until (window_find_label (page, "nic0") != NULL);
  list = GTK_LIST_VIEW (window_find_type (page, GTK_TYPE_LIST_VIEW));
  model = gtk_list_view_get_model (list);
  shoot (window, "devices");
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (model), i);
      g_autoptr (DroverDeviceNode) node = gtk_tree_list_row_get_item (row);

      if (g_strcmp0 (drover_device_node_get_id (node), "nic0") == 0)
        gtk_selection_model_select_item (model, i, TRUE);
    }
  drover_test_until (window_find_label (page, "any_layout") != NULL);
  adw_navigation_split_view_set_show_content (
    ADW_NAVIGATION_SPLIT_VIEW (window_find_type (page, ADW_TYPE_NAVIGATION_SPLIT_VIEW)), TRUE);
  shoot (window, "device");
}

static void
show_lively (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GSubprocess) agent = NULL;
  GtkWidget *page;

  window_activate_row (window, 0);
  if (is_wanted ("guest-off"))
    {
      open_activity (window, "guest");
      shoot (window, "guest-off");
    }
  open_activity (window, "events");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.start", NULL));
  drover_test_until (drover_run_is_live (drover_window_get_run (window)));
  if (is_wanted ("devices"))
    show_devices (window);
  if (is_wanted ("guest"))
    {
      agent = start_agent (drover_window_get_run (window));
      page = open_activity (window, "guest");
      drover_test_until (window_find_type (page, ADW_TYPE_PREFERENCES_PAGE) != NULL);
      shoot (window, "guest");
      press_row (window, page, _("Run a Command…"));
      shoot_dialog (window, "guest-command");
      g_subprocess_force_exit (agent);
    }
  drover_test_await (drover_run_force_off (drover_window_get_run (window)), NULL);
}

/* A machine without a channel is offered one. */
static void
show_channel (DroverWindow *window, gconstpointer data)
{
  window_activate_row (window, 0);
  open_activity (window, "guest");
  shoot (window, "guest-none");
  press (window, _("_Add a Guest Agent Channel…"));
  shoot_dialog (window, "guest-channel");
}

/* What a machine that runs does not have of its configuration. */
static void
show_running (DroverWindow *window, gconstpointer data)
{
  DroverConfig *config;
  g_autoptr (GPtrArray) arguments = NULL;

  if (!is_wanted ("running-memory") && !is_wanted ("running-changes") && !is_wanted ("running-card"))
    return;

  window_activate_row (window, 0);
  press (window, _("Start"));
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  configuration_open (window);
  go_to (window, "memory");
  config = drover_configuration_view_get_config (configuration_get (window));
  arguments = drover_arguments_copy (drover_config_get_arguments (config));
  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (drover_argument_get_option (arguments->pdata[i]), "m"))
      {
        g_ptr_array_remove_index (arguments, i);
        g_ptr_array_insert (arguments, i, drover_argument_new ("-m", "24"));
      }
  g_ptr_array_add (arguments, drover_argument_new ("-cdrom", "/no/such/debian.iso"));
  g_assert_true (drover_config_apply (config, arguments, "Change", NULL));
  drover_test_until (!drover_hot_is_busy (drover_config_get_hot (config)));
  shoot (window, "running-memory");
  go_to (window, "disks");
  drover_config_select (config, arguments->len - 1, 0, 1);
  shoot (window, "running-card");
  press (window, _("_Show…"));
  shoot_dialog (window, "running-changes");
}

/* The drives in the header, one of which waits for the next start, and a start that waits for the
 * guest. */
static void
show_media (DroverWindow *window, gconstpointer data)
{
  DroverMediaButton *media;
  GtkMenuButton *button;
  g_autoptr (GMenuModel) drive = NULL;
  g_autofree char *id = NULL;
  AdwDialog *dialog;

  window_activate_row (window, 0);
  press (window, _("Start"));
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  drover_test_until (window_find_type (window, DROVER_TYPE_MEDIA_BUTTON) != NULL);
  media = DROVER_MEDIA_BUTTON (window_find_type (window, DROVER_TYPE_MEDIA_BUTTON));
  button = GTK_MENU_BUTTON (adw_bin_get_child (ADW_BIN (media)));
  drive = g_menu_model_get_item_link (gtk_menu_button_get_menu_model (button), 0,
                                      G_MENU_LINK_SECTION);
  g_menu_model_get_item_attribute (drive, 0, G_MENU_ATTRIBUTE_TARGET, "s", &id);
  drover_media_button_set_medium (media, id, "/no/such/debian-13.2.0-amd64-netinst.iso");
  drover_test_until (!drover_hot_is_busy (drover_hot_get_for_run (drover_window_get_run (window))));
  shoot (window, "running-media");
  gtk_menu_button_popup (button);
  shoot_popover (window, gtk_menu_button_get_popover (button), "running-media-menu");
  gtk_menu_button_popdown (button);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.restart", NULL));
  drover_test_until (find_dialog (window) != NULL);
  dialog = find_dialog (window);
  shoot (window, "running-restart");
  g_signal_emit_by_name (dialog, "response", "shut-down");
  adw_dialog_force_close (dialog);
  drover_test_until (find_dialog (window) == NULL);
  shoot (window, "running-restart-waits");
  drover_test_await (drover_run_force_off (drover_window_get_run (window)), NULL);
}

static void
run_media (void)
{
  static const char *const with_drives[] = {
    "-nographic", "-drive", "file=a.iso,format=raw,media=cdrom", "-drive", "if=floppy", NULL
  };
  g_autofree char *file = window_put_guest_with ("guest", with_drives);
  g_autofree char *machine = g_path_get_dirname (file);
  g_autofree char *disc = g_build_filename (machine, "a.iso", NULL);
  g_autofree char *zeroes = g_malloc0 (65536);

  g_assert_true (g_file_set_contents (disc, zeroes, 65536, NULL));
  window_fixture_run (show_media, NULL);
  window_fixture_clean_up ();
}

/* What is asked for is opened, and no more. */
static void
run (const char *machine, WindowBody body)
{
  g_autofree char *file = machine != NULL ? window_put_machine ("workshop", machine) : NULL;

  window_fixture_run (body, NULL);
  window_fixture_clean_up ();
}

static gboolean
wants_scene_of_workshop (void)
{
  guint n_sections;
  const DroverSection *sections = drover_sections_list (&n_sections);

  for (guint i = 0; i < n_sections; i++)
    if (is_wanted (sections[i].page))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (is_wanted (scenes[i].name))
      return TRUE;

  return FALSE;
}

static gboolean
wants_bare (void)
{
  guint n_sections;
  const DroverSection *sections = drover_sections_list (&n_sections);

  for (guint i = 0; i < n_sections; i++)
    {
      g_autofree char *name = g_strconcat ("bare-", sections[i].page, NULL);

      if (is_wanted (name))
        return TRUE;
    }

  return FALSE;
}

int
main (int argc, char *argv[])
{
  window_fixture_init (&argc, &argv);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (argc < 2)
    {
      g_printerr ("usage: drover-gallery FOLDER [PICTURE…]\n");
      return 2;
    }

  folder = argv[1];
  wanted = argv + 2;
  g_mkdir_with_parents (folder, 0755);
  run (NULL, show_without_machines);
  if (wants_scene_of_workshop ())
    run (workshop, show_workshop);
  if (wants_bare ())
    run (bare, show_bare);
  if (is_wanted ("refused"))
    run (refused, show_refused);
  if (is_wanted ("installation") || is_wanted ("save-template"))
    run (failed, show_installation);
  if (wants_power ())
    {
      g_autofree char *file = window_put_guest ("guest");

      window_fixture_run (show_power, NULL);
      window_fixture_clean_up ();
    }
  if (is_wanted ("power-agent"))
    {
      g_autofree char *file = window_put_guest_with ("guest", with_agent);

      window_fixture_run (show_power, "agent");
      window_fixture_clean_up ();
    }
  if (is_wanted ("guest") || is_wanted ("guest-off") || is_wanted ("devices"))
    run (lively, show_lively);
  if (is_wanted ("guest-channel"))
    run (bare, show_channel);
  if (is_wanted ("console"))
    {
      g_autofree char *file = window_put_guest ("guest");

      window_fixture_run (show_console, NULL);
      window_fixture_clean_up ();
    }
  if (is_wanted ("running-memory") || is_wanted ("running-card") || is_wanted ("running-changes"))
    {
      g_autofree char *file = window_put_guest ("guest");

      window_fixture_run (show_running, NULL);
      window_fixture_clean_up ();
    }
  if (is_wanted ("running-media") || is_wanted ("running-restart"))
    run_media ();
  if (is_wanted ("activity-graphs") || is_wanted ("activity-events"))
    {
      g_autofree char *file = window_put_busy_guest ("guest", 0);

      window_fixture_run (show_activity, NULL);
      window_fixture_clean_up ();
    }
  if (!found_any)
    g_printerr ("drover-gallery: there is no such picture\n");
  return found_any ? 0 : 1;
}
