/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-add-medium-dialog.h"
#include "drover-download-row.h"
#include "drover-downloads-dialog.h"
#include "drover-medium-row.h"
#include "drover-paths.h"
#include "drover-test.h"
#include "fake-web.h"
#include "window-fixture.h"

#define BODY_SIZE 2000000
#define HALF 1200000

static char body[BODY_SIZE + 1];
static char *body_sum;
static FakeWeb *web;

static const FakePage good = { .body = body, .size = BODY_SIZE, .etag = "\"one\"" };
static const FakePage stalls = { .body = body, .size = BODY_SIZE, .etag = "\"one\"",
                                 .end = FAKE_END_STALL, .end_after = HALF };

static GtkWidget *
find_dialog (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_DOWNLOADS_DIALOG);
}

static GtkWidget *
open_dialog (DroverWindow *window)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.downloads", NULL));
  drover_test_until (find_dialog (window) != NULL);
  return find_dialog (window);
}

/* A window with a dialog does not close. */
static void
close_dialog (DroverWindow *window)
{
  adw_dialog_force_close (ADW_DIALOG (find_dialog (window)));
  drover_test_until (find_dialog (window) == NULL);
}

static void
press (gpointer root, const char *name)
{
  drover_test_until (window_can_press (root, name));
  g_signal_emit_by_name (window_find_button (root, name), "clicked");
}

static DroverDownloads *
get_downloads (DroverWindow *window)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));

  return drover_application_get_downloads (DROVER_APPLICATION (application));
}

static DroverDownloadItem *
start (DroverWindow *window, const char *path, const char *title)
{
  g_autofree char *address = fake_web_dup_address (web, path);
  g_autoptr (DroverDownloadRequest) request = drover_download_request_new (address);
  g_autoptr (GError) error = NULL;
  DroverDownloadItem *item;

  request->title = g_strdup (title);
  request->sha256 = g_strdup (body_sum);
  item = drover_downloads_start (get_downloads (window), request, &error);
  g_assert_no_error (error);
  return item;
}

static void
remove_media (void)
{
  g_autofree char *folder = drover_paths_dup_media_dir ();
  g_autoptr (GSubprocess) rm = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", "--",
                                                 folder, NULL);

  g_assert_true (g_subprocess_wait_check (rm, NULL, NULL));
}

static void
take_pictures (DroverWindow *window, const char *name)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  if (g_getenv ("DROVER_TEST_PICTURES") == NULL)
    return;
  window_resize (window, 1100, 720);
  window_picture (window, "downloads", name);
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  window_resize (window, 360, 640);
  window_picture (window, "downloads-dark", name);
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
  window_resize (window, 1100, 720);
}

static void
empty_body (DroverWindow *window, gconstpointer data)
{
  GtkWidget *dialog;

  g_assert_nonnull (window_find_button (window, "Downloads and Media"));
  dialog = open_dialog (window);
  drover_test_until (window_says (dialog, "No Media Yet"));
  take_pictures (window, "empty");
  close_dialog (window);
}

static void
test_empty (void)
{
  window_fixture_run (empty_body, NULL);
}

/* All that a row can be: it comes, it is paused, it goes on, it is there, it has failed. */
static void
course_body (DroverWindow *window, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) failed = start (window, "/gone.iso", "Not There 1.0");
  g_autoptr (DroverDownloadItem) item = start (window, "/file.iso", "A Small Linux 3.2");
  GtkWidget *dialog = open_dialog (window);
  GtkWidget *row;

  drover_test_until (drover_download_item_get_fraction (item) == (double) HALF / BODY_SIZE);
  drover_test_until (drover_download_item_get_state (failed) == DROVER_DOWNLOAD_STATE_FAILED);
  drover_test_until (window_says (dialog, "404") && window_can_press (dialog, "Try Again"));
  g_assert_true (window_says (dialog, "A Small Linux 3.2"));
  g_assert_true (window_says (dialog, "1.2 of 2.0"));
  g_assert_nonnull (window_find_button (window, "1 download, 60 % done"));
  take_pictures (window, "running");

  fake_web_set (web, "/file.iso", &good);
  press (dialog, "Pause");
  drover_test_until (window_says (dialog, "Paused · 1.2 of 2.0"));
  drover_test_until (window_find_button (window, "Downloads and Media") != NULL);
  press (dialog, "Resume");
  drover_test_until (drover_download_item_get_state (item) == DROVER_DOWNLOAD_STATE_DONE);
  drover_test_until (window_says (dialog, "Media Library"));
  row = window_find_type (dialog, DROVER_TYPE_MEDIUM_ROW);
  g_assert_nonnull (row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, body_sum) && window_says (row, "No machine"));
  take_pictures (window, "done");

  /* The failed one can be given up, and the done one leaves the list but not the library. */
  press (dialog, "Cancel");
  press (dialog, "Remove From List");
  drover_test_until (window_find_type (dialog, DROVER_TYPE_DOWNLOAD_ROW) == NULL);
  g_assert_nonnull (window_find_type (dialog, DROVER_TYPE_MEDIUM_ROW));
  close_dialog (window);
}

static void
test_course (void)
{
  remove_media ();
  fake_web_set (web, "/file.iso", &stalls);
  window_fixture_run (course_body, NULL);
}

static void
leave_body (DroverWindow *window, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) item = start (window, "/file.iso", "A Small Linux 3.2");

  drover_test_until (drover_download_item_get_fraction (item) == (double) HALF / BODY_SIZE);
  drover_download_item_pause (item);
  drover_test_until (drover_download_item_get_state (item) == DROVER_DOWNLOAD_STATE_PAUSED);
}

static void
return_body (DroverWindow *window, gconstpointer data)
{
  GtkWidget *dialog = open_dialog (window);
  g_autofree char *range = NULL;

  drover_test_until (window_says (dialog, "Paused · 1.2 of 2.0"));
  take_pictures (window, "paused");
  press (dialog, "Resume");
  drover_test_until (window_find_type (dialog, DROVER_TYPE_MEDIUM_ROW) != NULL);
  range = fake_web_dup_request (web, fake_web_count (web) - 1, "Range");
  g_assert_cmpstr (range, ==, "bytes=1200000-");
  close_dialog (window);
}

/* The app ends and starts again in between. */
static void
test_restart (void)
{
  remove_media ();
  fake_web_set (web, "/file.iso", &stalls);
  window_fixture_run (leave_body, NULL);
  fake_web_set (web, "/file.iso", &good);
  window_fixture_run (return_body, NULL);
}

static void
add_body (DroverWindow *window, gconstpointer data)
{
  DroverMedia *media = drover_downloads_get_media (get_downloads (window));
  g_autofree char *path = g_build_filename (drover_test_dir (), "Win11 English.iso", NULL);
  g_autofree char *pasted = g_strdup_printf ("%.30s %s", body_sum, body_sum + 30);
  g_autofree char *upper = g_ascii_strup (pasted, -1);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (DroverMedium) medium = NULL;
  AdwDialog *dialog = drover_add_medium_dialog_new (media, "Windows 11", "https://example.org/win");
  GtkWidget *entry;

  g_file_set_contents (path, body, BODY_SIZE, NULL);
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  adw_dialog_present (dialog, GTK_WIDGET (window));
  drover_test_until (window_says (dialog, "Open the Page"));
  g_assert_false (window_can_press (dialog, "Add"));
  drover_add_medium_dialog_set_file (DROVER_ADD_MEDIUM_DIALOG (dialog), file);
  drover_test_until (window_can_press (dialog, "Add"));

  entry = window_find_type (dialog, ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (entry), "12 34");
  g_assert_false (window_can_press (dialog, "Add"));
  drover_test_until (window_says (dialog, "has 64 digits"));
  take_pictures (window, "add");

  gtk_editable_set_text (GTK_EDITABLE (entry), "00000000000000000000000000000000"
                                               "00000000000000000000000000000000");
  press (dialog, "Add");
  drover_test_until (window_says (dialog, "is not the file that the pasted SHA-256 belongs to"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (media)), ==, 0);
  take_pictures (window, "add-wrong");

  gtk_editable_set_text (GTK_EDITABLE (entry), upper);
  press (dialog, "Add");
  drover_test_until (dialog == NULL);
  medium = g_list_model_get_item (G_LIST_MODEL (media), 0);
  g_assert_cmpstr (drover_medium_get_title (medium), ==, "Windows 11");
  g_assert_cmpstr (drover_medium_get_source (medium), ==, "https://example.org/win");
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_CHECKSUM);
}

static void
test_add (void)
{
  remove_media ();
  window_fixture_run (add_body, NULL);
}

static void
used_body (DroverWindow *window, gconstpointer data)
{
  GtkWidget *dialog = open_dialog (window);
  GtkWidget *row;

  drover_test_until (window_find_type (dialog, DROVER_TYPE_MEDIUM_ROW) != NULL);
  row = window_find_type (dialog, DROVER_TYPE_MEDIUM_ROW);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "The User"));
  g_signal_emit_by_name (window_find_type (row, ADW_TYPE_BUTTON_ROW), "activated");
  drover_test_until (window_says (window, "is used by The User"));
  take_pictures (window, "used");
  window_press_in_dialog (window, "Remove");
  drover_test_until (window_says (dialog, "No Media Yet"));
  close_dialog (window);
}

/* A medium that a machine needs is not taken away unasked. */
static void
test_used (void)
{
  g_autofree char *folder = drover_paths_dup_media_dir ();
  g_autofree char *path = g_build_filename (drover_test_dir (), "Win11 English.iso", NULL);
  g_autofree char *text = NULL;
  g_autofree char *file = NULL;
  g_autoptr (DroverMedia) media = NULL;

  remove_media ();
  media = drover_media_new (folder);
  g_assert_true (drover_test_await (drover_media_add (media, path, NULL, NULL), NULL));
  text = g_strdup_printf ("{\"version\":1,\"uuid\":\"b3c1f7a2-93a4-4a0e-8b43-0a9d0f2f7d10\","
                          "\"name\":\"The User\",\"program\":\"qemu-system-x86_64\",\"arguments\":["
                          "{\"flag\":\"-cdrom\",\"value\":\"%s\"}]}", path);
  file = window_put_machine ("user", text);
  window_fixture_run (used_body, NULL);
  window_fixture_clean_up ();
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char *argv[])
{
  int status;

  window_fixture_init (&argc, &argv);
  fake_web_unset_proxies ();
  memset (body, 'x', BODY_SIZE);
  body_sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) body, BODY_SIZE);
  web = fake_web_new (NULL);

  g_test_add_func ("/downloads-dialog/empty", test_empty);
  g_test_add_func ("/downloads-dialog/course", test_course);
  g_test_add_func ("/downloads-dialog/restart", test_restart);
  g_test_add_func ("/downloads-dialog/add", test_add);
  g_test_add_func ("/downloads-dialog/used", test_used);

  status = drover_test_run ();
  fake_web_free (web);
  g_free (body_sum);
  return status;
}
