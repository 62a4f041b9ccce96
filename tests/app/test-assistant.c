/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-account-page.h"
#include "drover-assistant.h"
#include "drover-dex.h"
#include "drover-hardware-page.h"
#include "drover-import-dialog.h"
#include "drover-media-page.h"
#include "drover-paths.h"
#include "drover-program.h"
#include "drover-review-page.h"
#include "drover-save-template-dialog.h"
#include "drover-seed.h"
#include "drover-templates.h"
#include "drover-test.h"
#include "fake-web.h"
#include "window-fixture.h"

/* A template of the user's, made of files that are here. */
static const char template_text[] =
  "{\"version\":1,\"id\":\"workshop\",\"title\":\"Workshop\",\"summary\":\"For the test\","
  "\"category\":\"systems\",\"architectures\":[\"x86_64\"],"
  "\"memory\":{\"least\":\"128M\",\"recommended\":\"256M\"},"
  "\"cpus\":{\"least\":1,\"recommended\":1},"
  "\"disk\":{\"least\":\"1G\",\"recommended\":\"2G\"},"
  "\"unattended\":\"cloud-init\","
  "\"media\":[{\"id\":\"disc\",\"kind\":\"iso\",\"title\":\"The disc\"}],"
  "\"arguments\":["
  "{\"flag\":\"-machine\",\"value\":\"q35\",\"why\":\"A PC.\"},"
  "{\"flag\":\"-m\",\"value\":\"{memory}\",\"why\":\"So much memory.\"},"
  "{\"flag\":\"-drive\",\"value\":\"file={disk},format=qcow2\",\"why\":\"The disk.\"},"
  "{\"flag\":\"-drive\",\"value\":\"file={seed},format=raw\",\"why\":\"The answers.\"},"
  "{\"flag\":\"-cdrom\",\"value\":\"{media.disc}\",\"why\":\"The disc itself.\"},"
  "{\"flag\":\"-nic\",\"value\":\"user,hostfwd=tcp:127.0.0.1:{ssh-port}-:22\",\"why\":\"SSH.\"},"
  "{\"flag\":\"-nographic\",\"why\":\"A console.\"}]}";

static char *
put_file (const char *name, const char *text, gsize length)
{
  char *path = g_build_filename (drover_test_dir (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
  return path;
}

/* What makes a file a disc's image, and nothing else. */
static char *
put_disc (void)
{
  g_autofree char *bytes = g_malloc0 (40 * 2048);

  memcpy (bytes + 16 * 2048 + 1, "CD001", 5);
  return put_file ("disc.iso", bytes, 40 * 2048);
}

static void
put_template_text (const char *text)
{
  g_autofree char *path = put_file ("workshop.drover-template", text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = drover_templates_add (path, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (template);
}

static void
put_template (void)
{
  put_template_text (template_text);
}

/* A port of this computer that somebody listens on, as long as the socket lives. */
static GSocket *
take_port (guint16 *port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, any, TRUE, NULL) && g_socket_listen (socket, NULL));
  taken = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken));
  return socket;
}

/* Rows, by their titles */

static GtkWidget *
find_row (GtkWidget *root, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (root) && gtk_widget_get_mapped (root) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, title);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
find_assistant (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_ASSISTANT);
}

static GtkWidget *
wait_for_page (DroverWindow *window, GType type)
{
  drover_test_until (window_find_type (window, type) != NULL);
  return window_find_type (window, type);
}

static GtkWidget *
get_row (DroverWindow *window, const char *title)
{
  g_test_message ("looking for the row “%s”", title);
  drover_test_until (find_row (GTK_WIDGET (find_assistant (window)), title) != NULL);
  return find_row (GTK_WIDGET (find_assistant (window)), title);
}

static void
type (DroverWindow *window, const char *row, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (get_row (window, row)), text);
}

static gboolean
can_go_on (DroverWindow *window, GType page, const char *button)
{
  return window_can_press (window_find_type (window, page), button);
}

static void
go_on (DroverWindow *window, GType page, const char *button)
{
  drover_test_until (can_go_on (window, page, button));
  g_assert_true (
    gtk_widget_activate (window_find_button (window_find_type (window, page), button)));
}

static void
open_template (DroverWindow *window)
{
  window_press (window, "New Machine");
  drover_test_until (find_assistant (window) != NULL);
  g_signal_emit_by_name (get_row (window, "Workshop"), "activated");
  wait_for_page (window, DROVER_TYPE_HARDWARE_PAGE);
}

static void
fill_in_account (DroverWindow *window)
{
  wait_for_page (window, DROVER_TYPE_ACCOUNT_PAGE);
  type (window, "User Name", "anna");
  type (window, "Password", "correct horse");
  type (window, "Password Again", "correct horse");
  go_on (window, DROVER_TYPE_ACCOUNT_PAGE, "Next");
}

static gboolean
machine_says (const char *file, const char *text)
{
  g_autofree char *content = NULL;

  return g_file_get_contents (file, &content, NULL, NULL) && strstr (content, text) != NULL;
}

static void
whole (DroverWindow *window, gconstpointer data)
{
  const char *disc = data;
  guint16 port;
  g_autoptr (GSocket) socket = take_port (&port);
  g_autofree char *nic = g_strdup_printf ("user,hostfwd=tcp:127.0.0.1:%u-:22", port);
  DroverMediaPage *media;
  DroverMachine *machine;
  DroverDocument *document;
  g_auto (GStrv) argv = NULL;
  GtkTextBuffer *command;
  g_autofree char *text = NULL;
  g_autofree char *disk = NULL;
  g_autofree char *seed = NULL;

  open_template (window);
  type (window, "Name", "Bench");
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "Disk (GiB)")), 3);

  /* A port that somebody has is said so at its row, until he lets go of it. */
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "SSH Port")), port);
  g_assert_true (window_says (find_assistant (window), "Another program on this computer uses"));
  g_assert_false (can_go_on (window, DROVER_TYPE_HARDWARE_PAGE, "Next"));
  g_assert_true (g_socket_close (socket, NULL));
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "SSH Port")), port == 65535 ? 1024 : 65535);
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "SSH Port")), port);
  go_on (window, DROVER_TYPE_HARDWARE_PAGE, "Next");
  fill_in_account (window);

  media = DROVER_MEDIA_PAGE (wait_for_page (window, DROVER_TYPE_MEDIA_PAGE));
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  drover_media_page_take_file (media, "disc", disc);
  go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next");

  wait_for_page (window, DROVER_TYPE_REVIEW_PAGE);
  drover_test_until (can_go_on (window, DROVER_TYPE_REVIEW_PAGE, "Create"));
  command = gtk_text_view_get_buffer (GTK_TEXT_VIEW (
    window_find_type (window_find_type (window, DROVER_TYPE_REVIEW_PAGE), GTK_TYPE_TEXT_VIEW)));
  g_object_get (command, "text", &text, NULL);
  g_assert_nonnull (strstr (text, "file=seed.iso,format=raw"));
  g_assert_nonnull (strstr (text, "The answers."));
  go_on (window, DROVER_TYPE_REVIEW_PAGE, "Create");

  drover_test_until (drover_window_get_run (window) != NULL);
  drover_test_until (find_assistant (window) == NULL);
  machine = drover_run_get_machine (drover_window_get_run (window));
  document = drover_machine_get_document (machine);
  argv = drover_document_dup_argv (document);
  g_assert_cmpstr (drover_document_get_name (document), ==, "Bench");
  g_assert_cmpstr (argv[0], ==, "qemu-system-x86_64");
  g_assert_true (g_strv_contains ((const char *const *) argv, "file=disk.qcow2,format=qcow2"));
  g_assert_true (g_strv_contains ((const char *const *) argv, disc));
  g_assert_true (g_strv_contains ((const char *const *) argv, nic));

  disk = g_build_filename (drover_machine_get_folder (machine), "disk.qcow2", NULL);
  seed = g_build_filename (drover_machine_get_folder (machine), "seed.iso", NULL);
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (seed, G_FILE_TEST_EXISTS));

  /* The password is nowhere, its user is. */
  g_assert_true (machine_says (drover_machine_get_file (machine), "anna"));
  g_assert_false (machine_says (drover_machine_get_file (machine), "correct horse"));
  g_assert_false (machine_says (seed, "correct horse"));

  /* The first boot went on by itself. */
  drover_test_until (drover_run_is_live (drover_window_get_run (window)));
  drover_dex_forget (drover_run_force_off (drover_window_get_run (window)));
  drover_test_until (drover_run_is_off (drover_window_get_run (window)));
}

static gboolean
needs_qemu (void)
{
  g_autofree char *path = drover_program_find ("qemu-system-x86_64", NULL);

  if (path != NULL)
    return TRUE;
  g_test_skip ("qemu-system-x86_64 is not installed");
  return FALSE;
}

static void
test_whole (void)
{
  g_autofree char *disc = put_disc ();

  if (!needs_qemu ())
    return;
  put_template ();
  window_fixture_run (whole, disc);
  window_fixture_clean_up ();
}

static void
refused (DroverWindow *window, gconstpointer data)
{
  GtkWidget *page;

  /* A disk that is too small is said so at its row. */
  open_template (window);
  type (window, "Name", "");
  g_assert_true (window_says (find_assistant (window), "The machine needs a name"));
  type (window, "Name", "Bench");
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "Memory (MiB)")), 64);
  g_assert_true (window_says (find_assistant (window), "too little for Workshop"));
  g_assert_false (can_go_on (window, DROVER_TYPE_HARDWARE_PAGE, "Next"));
  adw_spin_row_set_value (ADW_SPIN_ROW (get_row (window, "Memory (MiB)")), 256);
  go_on (window, DROVER_TYPE_HARDWARE_PAGE, "Next");

  wait_for_page (window, DROVER_TYPE_ACCOUNT_PAGE);
  type (window, "User Name", "root");
  g_assert_true (window_says (find_assistant (window), "“root” is taken"));
  type (window, "User Name", "anna");
  type (window, "Password", "one");
  type (window, "Password Again", "another");
  g_assert_true (window_says (find_assistant (window), "The two passwords are not the same"));
  g_assert_false (can_go_on (window, DROVER_TYPE_ACCOUNT_PAGE, "Next"));
  fill_in_account (window);

  page = wait_for_page (window, DROVER_TYPE_MEDIA_PAGE);
  drover_media_page_take_file (DROVER_MEDIA_PAGE (page), "disc", data);
  drover_test_until (window_says (page, "This is not the image of a CD or DVD"));
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));

  adw_dialog_close (ADW_DIALOG (find_assistant (window)));
  drover_test_until (find_assistant (window) == NULL);
}

static void
test_refused (void)
{
  g_autofree char *machines = drover_paths_dup_machines_dir ();
  g_autofree char *text = put_file ("not-a-disc.iso", "Nothing of the kind\n", -1);
  g_autoptr (GDir) dir = NULL;

  if (!needs_qemu ())
    return;
  put_template ();
  window_fixture_run (refused, text);

  dir = g_dir_open (machines, 0, NULL);
  g_assert_true (dir == NULL || g_dir_read_name (dir) == NULL);
  window_fixture_clean_up ();
}

/* A disc that a person gets from a web page, with a checksum that is copied from there. */
#define PAGE_MEDIUM                                                                           \
  "\"media\":[{\"id\":\"disc\",\"kind\":\"iso\",\"title\":\"The disc\","                        \
  "\"page\":\"https://example.org/discs\"}]"

static char *
dup_template_with (const char *media)
{
  g_autoptr (GString) text = g_string_new (template_text);
  guint n;

  n = g_string_replace (text, "\"media\":[{\"id\":\"disc\",\"kind\":\"iso\",\"title\":\"The disc\"}]",
                        media, 1);
  g_assert_cmpuint (n, ==, 1);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static GtkWidget *
go_to_media (DroverWindow *window)
{
  open_template (window);
  go_on (window, DROVER_TYPE_HARDWARE_PAGE, "Next");
  fill_in_account (window);
  return wait_for_page (window, DROVER_TYPE_MEDIA_PAGE);
}

static void
close_assistant (DroverWindow *window)
{
  adw_dialog_close (ADW_DIALOG (find_assistant (window)));
  drover_test_until (find_assistant (window) == NULL);
}

static void
pasted (DroverWindow *window, gconstpointer data)
{
  static const char sum_row[] = "SHA-256 from That Page (optional)";
  g_autofree char *contents = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *as_copied = NULL;
  GtkWidget *page = go_to_media (window);
  gsize length;

  g_assert_true (g_file_get_contents (data, &contents, &length, NULL));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) contents, length);
  g_assert_true (window_says (page, "https://example.org/discs"));
  g_assert_null (find_row (page, sum_row));
  drover_media_page_take_file (DROVER_MEDIA_PAGE (page), "disc", data);
  g_assert_true (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));

  /* Garbage is named, and so is the checksum of another file. */
  type (window, sum_row, "about five gigabytes");
  drover_test_until (window_says (page, "What was pasted is not a SHA-256"));
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  sum[0] = sum[0] == '0' ? '1' : '0';
  type (window, sum_row, sum);
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  drover_test_until (drover_assistant_has_problem (get_row (window, sum_row)));
  g_assert_false (window_says (page, "What was pasted is not a SHA-256"));
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));

  /* As Microsoft shows it: capitals, and whatever a browser copies with it. */
  g_free (sum);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) contents, length);
  as_copied = g_ascii_strup (sum, -1);
  g_free (sum);
  sum = g_strconcat ("  ", as_copied, " ", NULL);
  type (window, sum_row, sum);
  drover_test_until (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  g_assert_false (drover_assistant_has_problem (get_row (window, sum_row)));

  /* Of another file it is not the checksum. */
  contents[length - 1] = 1;
  g_assert_true (g_file_set_contents (data, contents, length, NULL));
  drover_media_page_take_file (DROVER_MEDIA_PAGE (page), "disc", data);
  g_assert_false (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  drover_test_until (drover_assistant_has_problem (get_row (window, sum_row)));
  type (window, sum_row, "");
  g_assert_true (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  close_assistant (window);
}

static void
test_pasted (void)
{
  g_autofree char *disc = put_disc ();
  g_autofree char *text = dup_template_with (PAGE_MEDIUM);

  put_template_text (text);
  window_fixture_run (pasted, disc);
  window_fixture_clean_up ();
}

static void
size (DroverWindow *window, gconstpointer data)
{
  GtkWidget *page = go_to_media (window);

  /* One can go on before it is known. */
  g_assert_true (can_go_on (window, DROVER_TYPE_MEDIA_PAGE, "Next"));
  drover_test_until (window_says (page, "Download It (80.0"));
  close_assistant (window);
}

static void
test_size (void)
{
  static char body[80 * 1024];
  const FakePage disc = { .body = body, .size = sizeof body };
  g_autoptr (FakeWeb) web = fake_web_new (NULL);
  g_autofree char *address = fake_web_dup_address (web, "/disc.iso");
  g_autofree char *media = g_strdup_printf (
    "\"media\":[{\"id\":\"disc\",\"kind\":\"iso\",\"title\":\"The disc\",\"addresses\":[\"%s\"],\"note\":\"It is not checked.\"}]",
    address);
  g_autofree char *text = dup_template_with (media);

  fake_web_unset_proxies ();
  fake_web_set (web, "/disc.iso", &disc);
  put_template_text (text);
  window_fixture_run (size, NULL);
  g_assert_cmpuint (fake_web_count_of (web, "/disc.iso"), ==, 0);
  window_fixture_clean_up ();
}

/* What no template knows becomes a command line. */
static void
file (DroverWindow *window, gconstpointer data)
{
  window_press (window, "New Machine");
  drover_test_until (find_assistant (window) != NULL);
  drover_assistant_use_file (DROVER_ASSISTANT (find_assistant (window)), data);
  drover_test_until (window_find_type (window, DROVER_TYPE_IMPORT_DIALOG) != NULL &&
                     window_find_type (window_find_type (window, DROVER_TYPE_IMPORT_DIALOG),
                                       GTK_TYPE_TEXT_VIEW) != NULL);
  drover_test_until (find_assistant (window) == NULL);
  adw_dialog_force_close (ADW_DIALOG (window_find_type (window, DROVER_TYPE_IMPORT_DIALOG)));
  drover_test_until (window_find_type (window, DROVER_TYPE_IMPORT_DIALOG) == NULL);
}

static void
test_file (void)
{
  g_autofree char *disc = g_build_filename (drover_test_dir (), "readable.iso", NULL);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (files, (char *) "hello.txt", g_bytes_new_static ("hello", 5));
  g_assert_true (drover_seed_write (disc, "WORKSHOP", files, &error));

  window_fixture_run (file, disc);
  window_fixture_clean_up ();
}

/* A machine becomes a template, which is in the gallery then; a file of one is asked about. */
static void
templates (DroverWindow *window, gconstpointer data)
{
  g_autoptr (DroverTemplate) saved = NULL;
  g_autoptr (DroverTemplate) added = NULL;
  g_autofree char *broken = put_file ("broken.drover-template", "{\"version\":1}", -1);
  GtkWidget *dialog;

  window_activate_row (window, 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.save-template", NULL));
  drover_test_until (window_find_type (window, DROVER_TYPE_SAVE_TEMPLATE_DIALOG) != NULL);
  dialog = window_find_type (window, DROVER_TYPE_SAVE_TEMPLATE_DIALOG);
  drover_test_until (find_row (dialog, "Title") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (find_row (dialog, "Title")), "");
  g_assert_false (window_can_press (dialog, "Save"));
  gtk_editable_set_text (GTK_EDITABLE (find_row (dialog, "Title")), "Mine");
  drover_test_until (window_can_press (dialog, "Save"));
  g_assert_true (gtk_widget_activate (window_find_button (dialog, "Save")));
  drover_test_until (window_find_type (window, DROVER_TYPE_SAVE_TEMPLATE_DIALOG) == NULL);
  saved = drover_template_find ("mine", NULL);
  g_assert_nonnull (saved);
  g_assert_cmpstr (drover_template_get_title (saved), ==, "Mine");

  /* Nothing is added before it was agreed to. */
  drover_window_open_template (window, data);
  drover_test_until (window_says (window, "Add the Template “Workshop”?"));
  g_assert_null (drover_template_find ("workshop", NULL));
  window_press_in_dialog (window, "Add");
  wait_for_page (window, DROVER_TYPE_HARDWARE_PAGE);
  added = drover_template_find ("workshop", NULL);
  g_assert_nonnull (added);
  adw_dialog_close (ADW_DIALOG (find_assistant (window)));
  drover_test_until (find_assistant (window) == NULL);

  drover_window_open_template (window, broken);
  drover_test_until (window_says (window, "This Template Cannot Be Used"));
  window_press_in_dialog (window, "Close");
}

static void
test_templates (void)
{
  g_autofree char *machine = window_put_guest ("quick");
  g_autofree char *path = put_file ("workshop.drover-template", template_text, -1);

  drover_templates_remove ("workshop", NULL);
  window_fixture_run (templates, path);
  g_assert_true (drover_templates_remove ("mine", NULL));
  window_fixture_clean_up ();
}

int
main (int argc, char *argv[])
{
  window_fixture_init (&argc, &argv);

  g_test_add_func ("/assistant/whole", test_whole);
  g_test_add_func ("/assistant/refused", test_refused);
  g_test_add_func ("/assistant/pasted-checksum", test_pasted);
  g_test_add_func ("/assistant/size", test_size);
  g_test_add_func ("/assistant/file", test_file);
  g_test_add_func ("/assistant/templates", test_templates);
  return g_test_run ();
}
