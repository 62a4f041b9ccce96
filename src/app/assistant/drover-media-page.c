/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-creation.h"
#include "drover-download-size.h"
#include "drover-media-page.h"

/* Where the files come from that the machine is made from: a download, or a file of the user's. */
struct _DroverMediaPage
{
  DroverAssistantPage parent_instance;

  GPtrArray *media;   /* DroverTemplateMedium */
  GPtrArray *sources; /* Source, one for each */
  GCancellable *asking; /* how large the downloads are */
};

G_DEFINE_FINAL_TYPE (DroverMediaPage, drover_media_page, DROVER_TYPE_ASSISTANT_PAGE)

/* The rows of one medium. */
typedef struct
{
  DroverMediaPage *page; /* not owned */
  const DroverTemplateMedium *medium;
  GtkWidget *without;    /* of the radio buttons, those that there are */
  GtkWidget *download;
  GtkWidget *own;
  GtkWidget *download_row;
  GtkWidget *file_row;
  GtkWidget *sum_row;    /* of a file that only a web page tells the checksum of */
  GtkWidget *sum_spinner;
  GtkWidget *sum_same;
  char *path;
  char *compared;        /* the file and checksum that were found to be the same */
  GCancellable *cancellable;
} Source;

static void
source_free (gpointer data)
{
  Source *source = data;

  if (source->cancellable != NULL)
    g_cancellable_cancel (source->cancellable);
  g_clear_object (&source->cancellable);
  g_free (source->path);
  g_free (source->compared);
  g_free (source);
}

static GHashTable *
get_paths (Source *source)
{
  DroverDraft *draft = drover_assistant_page_get_draft (DROVER_ASSISTANT_PAGE (source->page));

  return drover_draft_get_choices (draft)->media;
}

static gboolean
is_active (GtkWidget *button)
{
  return button != NULL && gtk_check_button_get_active (GTK_CHECK_BUTTON (button));
}

/* Where there is but one way, there is no button to choose it by. */
static gboolean
is_own (Source *source)
{
  return source->own == NULL || is_active (source->own);
}

static char *
dup_sum (Source *source)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (source->sum_row))));
}

static gboolean
is_sum_compared (Source *source)
{
  g_autofree char *sum = dup_sum (source);
  g_autofree char *compared = g_strdup_printf ("%s\n%s", source->path, sum);

  return g_strcmp0 (compared, source->compared) == 0;
}

/* No checksum is fine, as long as none was pasted. */
static gboolean
is_sum_checked (Source *source)
{
  g_autofree char *sum = source->sum_row != NULL ? dup_sum (source) : NULL;

  return sum == NULL || *sum == '\0' || is_sum_compared (source);
}

/* What keeps one from going on. */
static const char *
find_obstacle (Source *source)
{
  if (!is_own (source))
    return NULL;
  if (drover_assistant_has_problem (source->file_row) ||
      (source->sum_row != NULL && drover_assistant_has_problem (source->sum_row)))
    return _("Something above is not right yet");
  if (source->path == NULL)
    return _("A file is still to be chosen");

  return is_sum_checked (source) ? NULL : _("The file is being compared with the checksum");
}

static void
write_choice (Source *source)
{
  GHashTable *paths = get_paths (source);

  if (is_own (source) && source->path != NULL)
    g_hash_table_replace (paths, g_strdup (source->medium->id), g_strdup (source->path));
  else if (is_active (source->download) && source->medium->optional)
    g_hash_table_replace (paths, g_strdup (source->medium->id),
                          g_strdup (DROVER_CREATION_DOWNLOAD));
  else if (is_active (source->without))
    g_hash_table_replace (paths, g_strdup (source->medium->id),
                          g_strdup (DROVER_CREATION_WITHOUT));
  else
    g_hash_table_remove (paths, source->medium->id);
}

static void
update (DroverMediaPage *self)
{
  const char *obstacle = NULL;

  for (guint i = 0; self->sources != NULL && i < self->sources->len; i++)
    {
      Source *source = self->sources->pdata[i];

      write_choice (source);
      if (source->sum_row != NULL)
        {
          gtk_widget_set_visible (source->sum_row, source->path != NULL);
          gtk_widget_set_visible (source->sum_spinner, source->cancellable != NULL);
          gtk_widget_set_visible (source->sum_same,
                                  source->path != NULL && is_sum_compared (source));
        }
      if (obstacle == NULL)
        obstacle = find_obstacle (source);
    }
  drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self), obstacle == NULL, obstacle);
}

/* A file of the user's */

/* Of a disc's image, whether it is one is known by its first volume descriptor. */
static gboolean
check_iso (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  char name[5] = { 0 };

  if (stream == NULL)
    return FALSE;
  if (g_seekable_seek (G_SEEKABLE (stream), 16 * 2048 + 1, G_SEEK_SET, NULL, NULL))
    g_input_stream_read_all (G_INPUT_STREAM (stream), name, sizeof name, NULL, NULL, NULL);
  if (memcmp (name, "CD001", 5) == 0 || memcmp (name, "BEA01", 5) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _("This is not the image of a CD or DVD"));
  return FALSE;
}

static gboolean
check_file (Source *source, const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no file %s"), path);
      return FALSE;
    }
  return !g_str_equal (source->medium->kind, "iso") || check_iso (path, error);
}

static char *
dup_file_text (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *size =
    info != NULL ? g_format_size_full (g_file_info_get_size (info), G_FORMAT_SIZE_IEC_UNITS)
                 : NULL;

  return size != NULL ? g_strdup_printf ("%s (%s)", shown, size) : g_steal_pointer (&shown);
}

static void compare (Source *source);

static void
take_file (Source *source, const char *path)
{
  g_autofree char *text = dup_file_text (path);
  g_autoptr (GError) error = NULL;

  check_file (source, path, &error);
  g_set_str (&source->path, error == NULL ? path : NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (source->file_row), text);
  drover_assistant_set_problem (source->file_row, error != NULL ? error->message : NULL);
  if (source->own != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (source->own), TRUE);
  compare (source);
}

typedef struct
{
  DroverMediaPage *page;
  char *id;
  char *compared;            /* what is being compared, if anything */
  GCancellable *cancellable; /* ends it */
} Place;

static void
place_free (Place *place)
{
  g_object_unref (place->page);
  g_free (place->id);
  g_free (place->compared);
  g_clear_object (&place->cancellable);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static Source *
find_source (DroverMediaPage *self, const char *id)
{
  for (guint i = 0; self->sources != NULL && i < self->sources->len; i++)
    {
      Source *source = self->sources->pdata[i];

      if (g_str_equal (source->medium->id, id))
        return source;
    }

  return NULL;
}

static void
file_chosen_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Place) place = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (object), result, &error);
  Source *source = find_source (place->page, place->id);

  if (source == NULL)
    return;
  if (file != NULL && g_file_peek_path (file) != NULL)
    take_file (source, g_file_peek_path (file));
  else if (file != NULL)
    drover_assistant_set_problem (source->file_row, _("QEMU can only use files on this computer"));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    drover_assistant_set_problem (source->file_row, error->message);
}

static void
choose_cb (GtkWidget *button, Source *source)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  Place *place = g_new0 (Place, 1);

  place->page = g_object_ref (source->page);
  place->id = g_strdup (source->medium->id);
  gtk_file_dialog_set_title (dialog, source->medium->title);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (button)), NULL, file_chosen_cb,
                        place);
}

/* A page in the web */

static void
page_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Place) place = user_data;
  g_autoptr (GError) error = NULL;
  Source *source = find_source (place->page, place->id);

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (object), result, &error) &&
      source != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    drover_assistant_set_problem (source->file_row, error->message);
}

static void
open_page_cb (GtkWidget *button, Source *source)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (source->medium->page);
  Place *place = g_new0 (Place, 1);

  place->page = g_object_ref (source->page);
  place->id = g_strdup (source->medium->id);
  gtk_uri_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (button)), NULL,
                           page_opened_cb, place);
}

/* A checksum that was pasted is compared at once: the file is read, which takes a while. */

static DexFuture *
compared_cb (DexFuture *future, gpointer user_data)
{
  Place *place = user_data;
  Source *source = find_source (place->page, place->id);
  g_autoptr (GError) error = NULL;

  /* Another file or checksum may be there by now. */
  if (source == NULL || source->cancellable != place->cancellable)
    return dex_future_new_true ();

  g_clear_object (&source->cancellable);
  dex_future_get_value (future, &error);
  drover_assistant_set_problem (source->sum_row, error != NULL ? error->message : NULL);
  if (error == NULL)
    source->compared = g_strdup (place->compared);
  update (source->page);
  return dex_future_new_true ();
}

static void
read_file (Source *source, const char *sum)
{
  DroverDraft *draft = drover_assistant_page_get_draft (DROVER_ASSISTANT_PAGE (source->page));
  DroverMedia *media = drover_downloads_get_media (drover_draft_get_downloads (draft));
  DroverMediumOrigin origin = { .title = source->medium->title, .source = source->medium->page };
  Place *place = g_new0 (Place, 1);

  source->cancellable = g_cancellable_new ();
  place->page = g_object_ref (source->page);
  place->id = g_strdup (source->medium->id);
  place->compared = g_strdup_printf ("%s\n%s", source->path, sum);
  place->cancellable = g_object_ref (source->cancellable);
  dex_future_disown (dex_future_finally (
    drover_media_add_compared (media, source->path, sum, &origin, source->cancellable), compared_cb,
    place, (GDestroyNotify) place_free));
}

static void
compare (Source *source)
{
  g_autofree char *sum = source->sum_row != NULL ? dup_sum (source) : NULL;

  if (source->cancellable != NULL)
    g_cancellable_cancel (source->cancellable);
  g_clear_object (&source->cancellable);
  g_clear_pointer (&source->compared, g_free);
  if (sum != NULL)
    drover_assistant_set_problem (source->sum_row, NULL);
  if (sum != NULL && *sum != '\0' && source->path != NULL)
    read_file (source, sum);
  update (source->page);
}

static void
sum_changed_cb (GtkWidget *row, Source *source)
{
  compare (source);
}

/* Making the rows */

static GtkWidget *
create_row (AdwPreferencesGroup *group, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_preferences_group_add (group, row);
  return row;
}

static GtkWidget *
add_radio (Source *source, GtkWidget *row, GtkWidget *other)
{
  GtkWidget *button = gtk_check_button_new ();

  gtk_check_button_set_group (GTK_CHECK_BUTTON (button), GTK_CHECK_BUTTON (other));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (
    GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
    adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  g_signal_connect_object (button, "toggled", G_CALLBACK (update), source->page,
                           G_CONNECT_SWAPPED);
  return button;
}

static char *
dup_download_text (const DroverTemplateMedium *medium)
{
  g_autoptr (GUri) uri = g_uri_parse (medium->addresses[0], G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : medium->addresses[0];

  if (medium->key != NULL)
    return g_strdup_printf (_("From %s; its publisher’s signature is checked. What is here already "
                              "is not downloaded again."),
                            host);
  if (medium->checksums != NULL || medium->sha256 != NULL)
    return g_strdup_printf (
      _("From %s; its checksum is checked. What is here already is not downloaded again."), host);
  return g_strdup_printf (
    _("From %s, which tells nothing to check it by. What is here already is not downloaded again."),
    host);
}

/* How large the download is, as soon as a server says so. Who is offline sees none, and can go on
 * all the same. */

static DexFuture *
size_cb (DexFuture *future, gpointer user_data)
{
  Place *place = user_data;
  Source *source = find_source (place->page, place->id);
  const GValue *value = dex_future_get_value (future, NULL);
  g_autofree char *size = NULL;
  g_autofree char *title = NULL;

  if (source == NULL || value == NULL)
    return dex_future_new_true ();

  size = g_format_size_full (g_value_get_uint64 (value), G_FORMAT_SIZE_IEC_UNITS);
  title = g_strdup_printf (_("Download It (%s)"), size);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (source->download_row), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (source->download),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return dex_future_new_true ();
}

static void
ask_size (Source *source, const DroverDownloadRequest *request)
{
  Place *place = g_new0 (Place, 1);

  place->page = g_object_ref (source->page);
  place->id = g_strdup (source->medium->id);
  dex_future_disown (
    dex_future_finally (drover_download_size_ask (request, source->page->asking), size_cb, place,
                        (GDestroyNotify) place_free));
}

/* What is in the shared library need not be asked about. */
static gboolean
show_present (Source *source, const DroverDownloadRequest *request)
{
  DroverDraft *draft = drover_assistant_page_get_draft (DROVER_ASSISTANT_PAGE (source->page));
  DroverMedia *media = drover_downloads_get_media (drover_draft_get_downloads (draft));
  g_autofree char *id = drover_download_request_dup_id (request);
  g_autoptr (DroverMedium) medium = drover_media_find_request (media, id);
  g_autofree char *file = medium != NULL ? dup_file_text (drover_medium_get_path (medium)) : NULL;
  g_autofree char *text = NULL;

  if (medium == NULL || drover_medium_get_state (medium) != DROVER_MEDIUM_STATE_OK)
    return FALSE;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (source->download_row),
                                 _("Take What Was Downloaded"));
  text = g_strdup_printf (_("It is on this computer already, as %s"), file);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (source->download_row), text);
  return TRUE;
}

static void
show_size (Source *source)
{
  g_autoptr (DroverDownloadRequest) request = drover_creation_make_request (source->medium);

  if (drover_download_request_check (request, NULL) && !show_present (source, request))
    ask_size (source, request);
}

static void
add_page_row (Source *source, AdwPreferencesGroup *group)
{
  GtkWidget *row = create_row (group, _("Download It in the Browser"), source->medium->page);
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Open Page"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (open_page_cb), source);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
add_sum_row (Source *source, AdwPreferencesGroup *group)
{
  source->sum_row = drover_assistant_add_entry (group, _("SHA-256 from That Page (optional)"));
  source->sum_spinner = adw_spinner_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (source->sum_spinner),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Comparing"), -1);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (source->sum_row), source->sum_spinner);
  source->sum_same = gtk_image_new_from_icon_name ("object-select-symbolic");
  gtk_widget_add_css_class (source->sum_same, "success");
  gtk_widget_set_tooltip_text (source->sum_same, _("It is the file’s"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (source->sum_same), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("It is the file’s"), -1);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (source->sum_row), source->sum_same);
  g_signal_connect (source->sum_row, "changed", G_CALLBACK (sum_changed_cb), source);
}

static void
add_file_row (Source *source, AdwPreferencesGroup *group)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Choose…"));

  source->file_row = create_row (group, _("A File of Yours"), _("None is chosen yet"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Choose a File"), -1);
  g_signal_connect (button, "clicked", G_CALLBACK (choose_cb), source);
  adw_action_row_add_suffix (ADW_ACTION_ROW (source->file_row), button);
}

static void
add_rows (Source *source, AdwPreferencesGroup *group)
{
  const DroverTemplateMedium *medium = source->medium;
  gboolean has_address = medium->addresses != NULL && medium->addresses[0] != NULL;
  GtkWidget *first = NULL;

  if (medium->optional)
    first = source->without = add_radio (source, create_row (group, _("Go Without"), NULL), NULL);
  if (has_address)
    {
      g_autofree char *text = dup_download_text (medium);

      source->download_row = create_row (group, _("Download It"), text);
      show_size (source);
      source->download = add_radio (source, source->download_row, first);
      first = first != NULL ? first : source->download;
    }
  if (medium->page != NULL)
    add_page_row (source, group);
  add_file_row (source, group);
  if (first != NULL)
    source->own = add_radio (source, source->file_row, first);
  if (medium->page != NULL && !has_address)
    add_sum_row (source, group);
  if (first != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (first), TRUE);
}

static void
add_medium (DroverMediaPage *self, const DroverTemplateMedium *medium)
{
  AdwPreferencesGroup *group = drover_assistant_page_add_group (DROVER_ASSISTANT_PAGE (self),
                                                                medium->title, medium->note);
  Source *source = g_new0 (Source, 1);
  g_autofree char *path = NULL;

  source->page = self;
  source->medium = medium;
  /* Making the rows chooses one of them. */
  path = g_strdup (g_hash_table_lookup (get_paths (source), medium->id));
  g_ptr_array_add (self->sources, source);
  add_rows (source, group);

  if (path == NULL || g_str_equal (path, DROVER_CREATION_WITHOUT))
    return;
  if (!g_str_equal (path, DROVER_CREATION_DOWNLOAD))
    take_file (source, path);
  else if (source->download != NULL)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (source->download), TRUE);
}

static void
drover_media_page_dispose (GObject *object)
{
  DroverMediaPage *self = DROVER_MEDIA_PAGE (object);

  g_cancellable_cancel (self->asking);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_pointer (&self->media, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_media_page_parent_class)->dispose (object);
}

static void
drover_media_page_finalize (GObject *object)
{
  g_object_unref (DROVER_MEDIA_PAGE (object)->asking);
  G_OBJECT_CLASS (drover_media_page_parent_class)->finalize (object);
}

static void
drover_media_page_class_init (DroverMediaPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_media_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_media_page_finalize;
}

static void
drover_media_page_init (DroverMediaPage *self)
{
  self->asking = g_cancellable_new ();
  self->sources = g_ptr_array_new_with_free_func (source_free);
  drover_assistant_page_set_label (DROVER_ASSISTANT_PAGE (self), _("_Next"));
}

/**
 * drover_media_page_new:
 * @draft: what is being made
 *
 * Returns: (transfer floating): the page for the files that the machine is made from
 */
DroverAssistantPage *
drover_media_page_new (DroverDraft *draft)
{
  DroverMediaPage *self = g_object_new (DROVER_TYPE_MEDIA_PAGE, "title", _("Media"), NULL);

  drover_assistant_page_set_draft (DROVER_ASSISTANT_PAGE (self), draft);
  self->media = drover_draft_list_media (draft);
  for (guint i = 0; i < self->media->len; i++)
    add_medium (self, self->media->pdata[i]);
  update (self);
  return DROVER_ASSISTANT_PAGE (self);
}

/**
 * drover_media_page_take_file:
 * @id: of the medium, in the template
 * @path: of a file
 *
 * Takes a file, as the file chooser does.
 */
void
drover_media_page_take_file (DroverMediaPage *self, const char *id, const char *path)
{
  Source *source;

  g_return_if_fail (DROVER_IS_MEDIA_PAGE (self));

  source = find_source (self, id);
  g_return_if_fail (source != NULL);
  take_file (source, path);
}
