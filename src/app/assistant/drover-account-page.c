/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-account-page.h"
#include "drover-password.h"

/* What an installation that asks nothing has to be told. The password is kept as a hash only. */
struct _DroverAccountPage
{
  DroverAssistantPage parent_instance;

  DroverUnattended *answers;
  GtkWidget *by_itself;  /* NULL when the system cannot be used without answers */
  GtkWidget *groups[3];
  GtkWidget *user;
  GtkWidget *real_name;
  GtkWidget *password;   /* NULL when the system takes none */
  GtkWidget *again;
  GtkWidget *licence;
  GtkWidget *host_name;
  GtkWidget *locale;
  GtkWidget *keyboard;
  GtkWidget *time_zone;
  GtkWidget *key_row;
  AdwPreferencesGroup *keys_group;
  GPtrArray *keys;       /* check buttons of the keys that are proposed */
};

G_DEFINE_FINAL_TYPE (DroverAccountPage, drover_account_page, DROVER_TYPE_ASSISTANT_PAGE)

/* What a file of keys may have at most; who chose another one is told. */
#define KEY_LIMIT (64 * 1024)

static gboolean
is_wanted (DroverAccountPage *self)
{
  return self->by_itself == NULL || adw_switch_row_get_active (ADW_SWITCH_ROW (self->by_itself));
}

static char *
dup_text (GtkWidget *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void
take_text (char **field, GtkWidget *row)
{
  g_autofree char *text = dup_text (row);

  g_set_str (field, *text != '\0' ? text : NULL);
}

static GStrv
dup_keys (DroverAccountPage *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->keys->len; i++)
    if (gtk_check_button_get_active (self->keys->pdata[i]))
      g_strv_builder_add (builder, g_object_get_data (self->keys->pdata[i], "key"));
  return g_strv_builder_end (builder);
}

static void
check_field (DroverAccountPage *self, GtkWidget *row, const char *field)
{
  g_autoptr (GError) error = NULL;

  drover_unattended_check_field (self->answers, field, &error);
  drover_assistant_set_problem (row, error != NULL ? error->message : NULL);
}

static gboolean
can_log_in (DroverAccountPage *self)
{
  return self->password == NULL || *gtk_editable_get_text (GTK_EDITABLE (self->password)) != '\0' ||
         g_strv_length (self->answers->ssh_keys) > 0;
}

static const char *
find_password_problem (DroverAccountPage *self)
{
  const char *password = gtk_editable_get_text (GTK_EDITABLE (self->password));
  const char *again = gtk_editable_get_text (GTK_EDITABLE (self->again));

  return g_str_equal (password, again) ? NULL : _("The two passwords are not the same");
}

static void
read_rows (DroverAccountPage *self)
{
  DroverUnattended *answers = self->answers;

  take_text (&answers->user, self->user);
  take_text (&answers->real_name, self->real_name);
  take_text (&answers->host_name, self->host_name);
  take_text (&answers->locale, self->locale);
  take_text (&answers->keyboard, self->keyboard);
  take_text (&answers->time_zone, self->time_zone);
  g_strfreev (answers->ssh_keys);
  answers->ssh_keys = dup_keys (self);
  if (self->licence != NULL)
    answers->accept_licence = adw_switch_row_get_active (ADW_SWITCH_ROW (self->licence));
}

static void
check (DroverAccountPage *self)
{
  GtkWidget *rows[] = { self->user,     self->real_name, self->password,  self->host_name,
                        self->locale,   self->keyboard,  self->time_zone };
  const char *const fields[] = { "user",     "real-name", NULL,       "host-name",
                                 "locale",   "keyboard",  "time-zone" };
  gboolean complete = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (self->groups); i++)
    if (self->groups[i] != NULL)
      gtk_widget_set_visible (self->groups[i], is_wanted (self));
  read_rows (self);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (fields[i] != NULL)
        check_field (self, rows[i], fields[i]);
      else if (self->password != NULL)
        drover_assistant_set_problem (self->again, find_password_problem (self));
      if (rows[i] != NULL)
        complete = complete && !drover_assistant_has_problem (rows[i]);
    }
  if (self->again != NULL)
    complete = complete && !drover_assistant_has_problem (self->again);

  drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self),
                                      (complete && can_log_in (self)) || !is_wanted (self),
                                      can_log_in (self)
                                        ? _("Something above is not right yet")
                                        : _("Give a password or an SSH key: nobody could log in"));
}

/* While the page is made, its rows are not all there. */
static void
changed_cb (DroverAccountPage *self)
{
  if (self->time_zone != NULL)
    check (self);
}

static gboolean
drover_account_page_next (DroverAssistantPage *page)
{
  DroverAccountPage *self = DROVER_ACCOUNT_PAGE (page);
  DroverCreationChoices *choices =
    drover_draft_get_choices (drover_assistant_page_get_draft (page));
  g_autoptr (GError) error = NULL;

  check (self);
  g_clear_pointer (&choices->answers, drover_unattended_free);
  if (!is_wanted (self))
    return TRUE;

  g_clear_pointer (&self->answers->password_hash, g_free);
  if (self->password != NULL && *gtk_editable_get_text (GTK_EDITABLE (self->password)) != '\0')
    {
      self->answers->password_hash =
        drover_password_hash (gtk_editable_get_text (GTK_EDITABLE (self->password)),
                              self->answers->kind, &error);
      if (self->answers->password_hash == NULL)
        {
          drover_assistant_set_problem (self->again, error->message);
          return FALSE;
        }
    }
  choices->answers = drover_unattended_copy (self->answers);
  return TRUE;
}

/* Keys */

static char *
dup_key_title (const char *key)
{
  g_auto (GStrv) parts = g_strsplit (key, " ", 3);

  return g_strdup (g_strv_length (parts) == 3 ? parts[2] : parts[0]);
}

static char *
dup_key_subtitle (const char *key)
{
  g_auto (GStrv) parts = g_strsplit (key, " ", 3);

  return g_strdup (parts[0]);
}

static gboolean
is_listed (DroverAccountPage *self, const char *key)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (g_str_equal (g_object_get_data (self->keys->pdata[i], "key"), key))
      return TRUE;

  return FALSE;
}

static void
add_key (DroverAccountPage *self, const char *key, gboolean active)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_check_button_new ();
  g_autofree char *title = dup_key_title (key);
  g_autofree char *subtitle = dup_key_subtitle (key);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), active);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "key", g_strdup (key), g_free);
  g_signal_connect_object (button, "toggled", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (self->keys_group, row);
  g_ptr_array_add (self->keys, button);
}

static gboolean
add_keys (DroverAccountPage *self, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (DroverUnattended) probe = drover_unattended_copy (self->answers);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);

      if (*line == '\0' || *line == '#')
        continue;
      g_strfreev (probe->ssh_keys);
      probe->ssh_keys = g_strdupv ((char *[]) { line, NULL });
      if (!drover_unattended_check_field (probe, "ssh-keys", error))
        return FALSE;
      if (!is_listed (self, line))
        add_key (self, line, TRUE);
      n++;
    }

  if (n == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("There is no key in this file"));
  return n > 0;
}

static gboolean
load_keys (DroverAccountPage *self, GFile *file, GError **error)
{
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, error);
  g_autofree char *text = NULL;

  if (info == NULL)
    return FALSE;
  if (g_file_info_get_size (info) > KEY_LIMIT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("This file is too large to be a public key"));
      return FALSE;
    }
  return g_file_load_contents (file, NULL, &text, NULL, NULL, error) &&
         add_keys (self, text, error);
}

static void
open_key (DroverAccountPage *self, GFile *file)
{
  g_autoptr (GError) error = NULL;

  load_keys (self, file, &error);
  check (self);
  drover_assistant_set_problem (self->key_row, error != NULL ? error->message : NULL);
}

static void
key_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverAccountPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (self->answers == NULL)
    return;
  if (file != NULL)
    open_key (self, file);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    drover_assistant_set_problem (self->key_row, error->message);
}

static void
choose_key_cb (DroverAccountPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  gtk_file_dialog_set_title (dialog, _("Choose a Public Key"));
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    gtk_file_dialog_set_initial_folder (dialog, file);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        key_chosen_cb, g_object_ref (self));
}

/* Making the rows */

static GtkWidget *
add_entry (DroverAccountPage *self, AdwPreferencesGroup *group, const char *title,
           const char *text)
{
  GtkWidget *row = drover_assistant_add_entry (group, title);

  if (text != NULL)
    gtk_editable_set_text (GTK_EDITABLE (row), text);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static GtkWidget *
add_password (DroverAccountPage *self, AdwPreferencesGroup *group, const char *title)
{
  GtkWidget *row = adw_password_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_group_add (group, row);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static GtkWidget *
add_switch (DroverAccountPage *self, AdwPreferencesGroup *group, const char *title,
            const char *subtitle, gboolean active)
{
  GtkWidget *row = adw_switch_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_switch_row_set_active (ADW_SWITCH_ROW (row), active);
  adw_preferences_group_add (group, row);
  g_signal_connect_object (row, "notify::active", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return row;
}

static AdwPreferencesGroup *
add_group (DroverAccountPage *self, guint i, const char *title, const char *description)
{
  AdwPreferencesGroup *group =
    drover_assistant_page_add_group (DROVER_ASSISTANT_PAGE (self), title, description);

  self->groups[i] = GTK_WIDGET (group);
  return group;
}

static void
add_account (DroverAccountPage *self)
{
  gboolean takes_password = drover_unattended_takes_password (self->answers->kind);
  AdwPreferencesGroup *group = add_group (
    self, 0, _("Account"),
    takes_password ? _("A password or an SSH key is needed to log in. Of the password, only what "
                       "the guest checks it by is kept.")
                   : _("Windows asks for a password itself: its answer file could hold it in clear "
                       "only."));

  self->user = add_entry (self, group, _("User Name"),
                          self->answers->user != NULL ? self->answers->user : g_get_user_name ());
  self->real_name = add_entry (self, group, _("Full Name"), self->answers->real_name);
  if (takes_password)
    {
      self->password = add_password (self, group, _("Password"));
      self->again = add_password (self, group, _("Password Again"));
    }
  else
    self->licence = add_switch (self, group, _("Accept Microsoft’s Licence Terms"),
                                _("Windows Setup asks for it when not"), FALSE);
}

static void
add_keys_group (DroverAccountPage *self)
{
  g_auto (GStrv) keys = drover_unattended_list_ssh_keys (NULL);

  self->keys_group =
    add_group (self, 1, _("SSH Keys"), _("Who has one of these can log in without a password."));
  self->key_row = adw_button_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->key_row), _("Add a _Public Key…"));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (self->key_row), TRUE);
  adw_button_row_set_start_icon_name (ADW_BUTTON_ROW (self->key_row), "list-add-symbolic");
  g_signal_connect_object (self->key_row, "activated", G_CALLBACK (choose_key_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->keys_group, self->key_row);
  for (guint i = 0; keys[i] != NULL; i++)
    add_key (self, keys[i], TRUE);
}

static void
add_place (DroverAccountPage *self)
{
  AdwPreferencesGroup *group = add_group (self, 2, _("System"), NULL);

  self->host_name = add_entry (self, group, _("Host Name"), self->answers->host_name);
  self->locale = add_entry (self, group, _("Language"), self->answers->locale);
  self->keyboard = add_entry (self, group, _("Keyboard Layout"), self->answers->keyboard);
  self->time_zone = add_entry (self, group, _("Time Zone"), self->answers->time_zone);
}

static void
drover_account_page_dispose (GObject *object)
{
  DroverAccountPage *self = DROVER_ACCOUNT_PAGE (object);

  g_clear_pointer (&self->answers, drover_unattended_free);
  g_clear_pointer (&self->keys, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_account_page_parent_class)->dispose (object);
}

static void
drover_account_page_class_init (DroverAccountPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_account_page_dispose;
  DROVER_ASSISTANT_PAGE_CLASS (klass)->next = drover_account_page_next;
}

static void
drover_account_page_init (DroverAccountPage *self)
{
  self->keys = g_ptr_array_new ();
  drover_assistant_page_set_label (DROVER_ASSISTANT_PAGE (self), _("_Next"));
}

/* What a host is called, made of what its machine is called. Windows takes fifteen letters. */
static char *
make_host_name (const char *name, const char *kind)
{
  gsize longest = g_str_equal (kind, "autounattend") ? 15 : 63;
  GString *host = g_string_new (NULL);

  for (const char *p = name; *p != '\0' && host->len < longest; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (host, g_ascii_tolower (*p));
    else if (host->len > 0 && host->str[host->len - 1] != '-')
      g_string_append_c (host, '-');
  if (host->len > 0 && host->str[host->len - 1] == '-')
    g_string_truncate (host, host->len - 1);
  if (host->len == 0)
    g_string_append (host, "guest");
  return g_string_free_and_steal (host);
}

/**
 * drover_account_page_new:
 * @draft: what is being made, of a template that can be installed by itself
 *
 * Returns: (transfer floating): the page for the guest's first user
 */
DroverAssistantPage *
drover_account_page_new (DroverDraft *draft)
{
  DroverAccountPage *self =
    g_object_new (DROVER_TYPE_ACCOUNT_PAGE, "title", _("User and System"), NULL);
  DroverCreationChoices *choices = drover_draft_get_choices (draft);
  const char *kind = drover_template_get_unattended (drover_draft_get_template (draft));
  AdwPreferencesGroup *group;

  drover_assistant_page_set_draft (DROVER_ASSISTANT_PAGE (self), draft);
  self->answers = drover_unattended_new (kind);
  g_set_str (&self->answers->architecture, choices->architecture);
  g_free (self->answers->host_name);
  self->answers->host_name = make_host_name (choices->name, kind);

  /* An image has nobody to log in without a seed. */
  if (!g_str_equal (kind, "cloud-init"))
    {
      group = drover_assistant_page_add_group (DROVER_ASSISTANT_PAGE (self), NULL, NULL);
      self->by_itself = add_switch (self, group, _("Install by Itself"),
                                    _("The installer asks nothing; otherwise you install by hand"),
                                    TRUE);
    }
  add_account (self);
  add_keys_group (self);
  add_place (self);
  check (self);
  return DROVER_ASSISTANT_PAGE (self);
}
