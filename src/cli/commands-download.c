/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "drover-creation.h"
#include "drover-downloads.h"
#include "drover-error.h"
#include "drover-kernel-job.h"
#include "drover-media-users.h"
#include "drover-paths.h"
#include "drover-templates.h"
#include "droverctl.h"

static DroverMedia *
open_media (void)
{
  g_autofree char *folder = drover_paths_dup_media_dir ();

  return drover_media_new (folder);
}

static const char *
get_state_name (DroverMedium *medium)
{
  static const char *const names[] = {
    [DROVER_MEDIUM_STATE_OK] = "ok",
    [DROVER_MEDIUM_STATE_MISSING] = "missing",
    [DROVER_MEDIUM_STATE_CHANGED] = "changed",
  };

  return names[drover_medium_get_state (medium)];
}

static JsonNode *
describe (Invocation *invocation, DroverMedium *medium)
{
  JsonNode *node = drover_medium_to_json (medium, NULL);
  JsonObject *object = json_node_get_object (node);
  JsonArray *used_by = json_array_new ();
  g_auto (GStrv) users = drover_media_users_list (invocation->library, medium);

  json_object_remove_member (object, "version");
  json_object_remove_member (object, "modified");
  json_object_remove_member (object, "bad");
  json_object_set_string_member (object, "state", get_state_name (medium));
  for (guint i = 0; users[i] != NULL; i++)
    json_array_add_string_element (used_by, users[i]);
  json_object_set_array_member (object, "used-by", used_by);
  return node;
}

static void
print_medium (DroverMedium *medium)
{
  g_autofree char *size = g_format_size (drover_medium_get_size (medium));
  g_autofree char *check = drover_medium_dup_check_text (medium);

  g_print ("%s\n    %s\n    %s · %s\n", drover_medium_get_title (medium),
           drover_medium_get_path (medium), size, check);
  if (drover_medium_get_state (medium) == DROVER_MEDIUM_STATE_MISSING)
    g_print ("    %s\n", _("The file is gone"));
  else if (drover_medium_get_state (medium) == DROVER_MEDIUM_STATE_CHANGED)
    g_print ("    %s\n", _("The file has changed since"));
}

static void
print_media (Invocation *invocation, GPtrArray *media)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i < media->len; i++)
    if (option_json)
      json_array_add_element (array, describe (invocation, media->pdata[i]));
    else
      print_medium (media->pdata[i]);

  if (option_json)
    print_json (node);
}

/* download */

static char *option_name;
static char *option_checksums;
static char *option_signature;
static char *option_form;
static char *option_key;
static char *option_sha256;
static GStrv option_mirrors;
static char *option_architecture;

static const GOptionEntry download_options[] = {
  { "architecture", 0, 0, G_OPTION_ARG_STRING, &option_architecture,
    N_("With a template: which of its architectures; its first one when not said"),
    N_("ARCHITECTURE") },
  { "mirror", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_mirrors,
    N_("Where else the file is; may be given several times"), N_("ADDRESS") },
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name,
    N_("The file’s name, or a pattern that is looked up in the list of checksums"), N_("NAME") },
  { "sha256", 0, 0, G_OPTION_ARG_STRING, &option_sha256,
    N_("The file’s SHA-256, as its publisher lists it"), N_("SHA-256") },
  { "checksums", 0, 0, G_OPTION_ARG_STRING, &option_checksums,
    N_("Where its publisher’s list of checksums is"), N_("ADDRESS") },
  { "signature", 0, 0, G_OPTION_ARG_STRING, &option_signature,
    N_("Where the OpenPGP signature is"), N_("ADDRESS") },
  { "form", 0, 0, G_OPTION_ARG_STRING, &option_form,
    N_("What is signed: checksums (the list), file, or within-checksums (the list has its "
       "signature in it)"), N_("FORM") },
  { "key", 0, 0, G_OPTION_ARG_STRING, &option_key, N_("Which key must have signed"), N_("KEY") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static void
show_progress (DroverDownloadItem *item, GParamSpec *pspec, gpointer user_data)
{
  if (drover_download_item_is_active (item) && isatty (STDERR_FILENO))
    /* To the beginning of the line, and the rest of it cleared. */
    g_printerr ("\r%s: %s\033[K", drover_download_item_get_title (item),
                drover_download_item_get_text (item));
}

static DroverMedium *
await_download (DroverDownloads *downloads, const DroverDownloadRequest *request, GError **error)
{
  g_autoptr (DroverDownloadItem) item = drover_downloads_start (downloads, request, error);
  DroverMedium *medium;

  if (item == NULL)
    return NULL;

  g_signal_connect (item, "notify::text", G_CALLBACK (show_progress), NULL);
  medium = dex_await_object (drover_download_item_wait (item), error);
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
  return medium;
}

static DroverDownloadRequest *
make_request (const char *address, GError **error)
{
  g_autoptr (DroverDownloadRequest) request = drover_download_request_new (NULL);
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();

  g_strv_builder_add (addresses, address);
  if (option_mirrors != NULL)
    g_strv_builder_addv (addresses, (const char **) option_mirrors);
  g_strfreev (request->addresses);
  request->addresses = g_strv_builder_end (addresses);
  request->name = g_strdup (option_name);
  request->checksums = g_strdup (option_checksums);
  request->signature = g_strdup (option_signature);
  request->key = g_strdup (option_key);
  request->sha256 = g_strdup (option_sha256);
  if (option_form != NULL && !drover_signature_form_parse (option_form, &request->form, error))
    return NULL;
  return g_steal_pointer (&request);
}

static const char *
choose_architecture (DroverTemplate *template, GError **error)
{
  const char *const *architectures = drover_template_get_architectures (template);
  g_autofree char *known = NULL;

  if (option_architecture == NULL)
    return architectures[0];
  for (guint i = 0; architectures[i] != NULL; i++)
    if (g_str_equal (architectures[i], option_architecture))
      return architectures[i];

  known = g_strjoinv (", ", (char **) architectures);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("“%s” has no architecture %s; it has %s"), drover_template_get_title (template),
               option_architecture, known);
  return NULL;
}

/* Of a page that programs are not served by, the address is all that can be given. */
static gboolean
download_medium (DroverDownloads *downloads, const DroverTemplateMedium *medium,
                 GPtrArray *done, GError **error)
{
  g_autoptr (DroverDownloadRequest) request = NULL;
  DroverMedium *got;

  if (medium->addresses == NULL || medium->addresses[0] == NULL)
    {
      if (medium->page != NULL)
        g_printerr (_("%s comes from %s. Download it there, then: droverctl media add FILE "
                      "--sha256 SHA-256\n"), medium->title, medium->page);
      return TRUE;
    }

  request = drover_creation_make_request (medium);
  got = await_download (downloads, request, error);
  if (got != NULL)
    g_ptr_array_add (done, got);
  return got != NULL;
}

static gboolean
download_installer (const char *architecture, GError **error)
{
  g_autoptr (DroverKernelJob) job = drover_kernel_job_new (architecture,
                                                               DROVER_KERNEL_JOB_SITE);
  g_autoptr (DroverDebianKernel) kernel = dex_await_boxed (drover_kernel_job_run (job), error);

  if (kernel == NULL)
    return FALSE;

  g_printerr (_("Debian’s installer is here: %s\n"), kernel->kernel);
  return TRUE;
}

/* What the template cannot do without; the rest is asked for when a machine is made. */
static gboolean
download_template (DroverDownloads *downloads, const char *id, GPtrArray *done, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_find (id, error);
  const char *architecture = template != NULL ? choose_architecture (template, error) : NULL;
  g_autoptr (GPtrArray) media = NULL;

  if (architecture == NULL)
    return FALSE;

  media = drover_template_list_media (template, architecture);
  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];

      if (g_str_equal (medium->kind, "debian-installer")
            ? !download_installer (architecture, error)
            : !medium->optional && !download_medium (downloads, medium, done, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
download_address (DroverDownloads *downloads, const char *address, GPtrArray *done, GError **error)
{
  g_autoptr (DroverDownloadRequest) request = make_request (address, error);
  DroverMedium *medium = request != NULL ? await_download (downloads, request, error) : NULL;

  if (medium != NULL)
    g_ptr_array_add (done, medium);
  return medium != NULL;
}

static gboolean
run_download (Invocation *invocation, GError **error)
{
  g_autoptr (DroverMedia) media = open_media ();
  g_autoptr (DroverDownloads) downloads = drover_downloads_new (media);
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (g_object_unref);

  if (g_strv_length (invocation->operands) > 1 &&
      (option_sha256 != NULL || option_name != NULL || option_mirrors != NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--sha256, --name and --mirror are for one file: download them one by one"));
      return FALSE;
    }

  for (guint i = 0; invocation->operands[i] != NULL; i++)
    {
      const char *operand = invocation->operands[i];

      if (strstr (operand, "://") != NULL ? !download_address (downloads, operand, done, error)
                                          : !download_template (downloads, operand, done, error))
        return FALSE;
    }

  print_media (invocation, done);
  return TRUE;
}

const Command download_command = {
  "download", N_("TEMPLATE|ADDRESS…"), N_("Download media into the library, and check them"), 1,
  download_options, run_download, G_MAXUINT,
  N_("What is in the library is not downloaded again, and what was broken off is continued. An "
     "address that ends with “/” is a folder that has the file. In the addresses of the list and "
     "of the signature, {name} stands for the file’s name.\n\n"
     "KEY is one of arch-release, debian-images, ubuntu-cloud-images and ubuntu-images."),
};

/* media */

static char *option_sum;
static char *option_source;
static char *option_title;
static gboolean option_force;

static const GOptionEntry media_options[] = {
  { "sha256", 0, 0, G_OPTION_ARG_STRING, &option_sum,
    N_("With add: the SHA-256 from its publisher’s page, to compare the file with"),
    N_("SHA-256") },
  { "source", 0, 0, G_OPTION_ARG_STRING, &option_source,
    N_("With add: the page or address that the file came from"), N_("ADDRESS") },
  { "title", 0, 0, G_OPTION_ARG_STRING, &option_title, N_("With add: what to call it"),
    N_("TITLE") },
  { "force", 0, 0, G_OPTION_ARG_NONE, &option_force,
    N_("With remove: also what a machine uses"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static gboolean
list_media (Invocation *invocation, DroverMedia *media, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (media)); i++)
    g_ptr_array_add (all, g_list_model_get_item (G_LIST_MODEL (media), i));

  if (all->len == 0 && !option_json)
    g_print ("%s\n", _("The library is empty. “droverctl download” and “droverctl media add” put "
                       "something into it."));
  else
    print_media (invocation, all);
  return TRUE;
}

static DroverMedium *
await_medium (DroverMedia *media, const char *path, GError **error)
{
  const DroverMediumOrigin origin = { .title = option_title, .source = option_source };

  if (option_sum != NULL)
    return dex_await_object (drover_media_add_compared (media, path, option_sum, &origin, NULL),
                             error);
  return dex_await_object (drover_media_add (media, path, &origin, NULL), error);
}

static gboolean
add_media (Invocation *invocation, DroverMedia *media, GError **error)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

  if (option_sum != NULL && g_strv_length (invocation->operands) > 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--sha256 is that of one file: add them one by one"));
      return FALSE;
    }

  for (guint i = 1; invocation->operands[i] != NULL; i++)
    {
      DroverMedium *medium = await_medium (media, invocation->operands[i], error);

      if (medium == NULL)
        return FALSE;
      g_ptr_array_add (added, medium);
    }
  print_media (invocation, added);
  return TRUE;
}

static gboolean
check_unused (Invocation *invocation, DroverMedium *medium, GError **error)
{
  g_auto (GStrv) users = drover_media_users_list (invocation->library, medium);
  g_autofree char *names = g_strjoinv (", ", users);

  if (users[0] == NULL || option_force)
    return TRUE;
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("“%s” is used by %s; --force removes it all the same"),
               drover_medium_get_title (medium), names);
  return FALSE;
}

static gboolean
remove_media (Invocation *invocation, DroverMedia *media, GError **error)
{
  for (guint i = 1; invocation->operands[i] != NULL; i++)
    {
      g_autoptr (DroverMedium) medium = drover_media_find (media, invocation->operands[i], error);
      const gboolean owns = medium != NULL && drover_media_owns_file (media, medium);

      if (medium == NULL || !check_unused (invocation, medium, error) ||
          !drover_media_remove (media, medium, FALSE, error))
        return FALSE;
      if (!owns)
        g_printerr (_("The file %s is not Drover’s and was left\n"),
                    drover_medium_get_path (medium));
    }
  return TRUE;
}

static GPtrArray *
find_media (Invocation *invocation, DroverMedia *media, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);

  if (invocation->operands[1] == NULL)
    for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (media)); i++)
      g_ptr_array_add (found, g_list_model_get_item (G_LIST_MODEL (media), i));

  for (guint i = 1; invocation->operands[i] != NULL; i++)
    {
      DroverMedium *medium = drover_media_find (media, invocation->operands[i], error);

      if (medium == NULL)
        return NULL;
      g_ptr_array_add (found, medium);
    }
  return g_steal_pointer (&found);
}

/* Each is looked at, whatever the first one turns out to be. */
static gboolean
verify_media (Invocation *invocation, DroverMedia *media, GError **error)
{
  g_autoptr (GPtrArray) found = find_media (invocation, media, error);
  guint n_bad = 0;

  if (found == NULL)
    return FALSE;

  for (guint i = 0; i < found->len; i++)
    {
      g_autoptr (GError) reason = NULL;

      if (!dex_await (drover_media_verify (media, found->pdata[i], NULL), &reason))
        {
          n_bad++;
          g_printerr ("droverctl: %s\n", reason->message);
        }
    }

  print_media (invocation, found);
  if (n_bad == 0)
    return TRUE;
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
               g_dngettext (GETTEXT_PACKAGE, "%u medium is not what it was",
                            "%u media are not what they were", n_bad), n_bad);
  return FALSE;
}

static gboolean
run_media (Invocation *invocation, GError **error)
{
  static const struct
  {
    const char *name;
    gboolean needs_more;
    gboolean (*run) (Invocation *invocation, DroverMedia *media, GError **error);
  } verbs[] = {
    { "list", FALSE, list_media },
    { "add", TRUE, add_media },
    { "remove", TRUE, remove_media },
    { "verify", FALSE, verify_media },
  };
  g_autoptr (DroverMedia) media = open_media ();
  const char *verb = invocation->operands[0] != NULL ? invocation->operands[0] : "list";

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      if (!g_str_equal (verb, verbs[i].name))
        continue;
      if (!verbs[i].needs_more || invocation->operands[1] != NULL)
        return verbs[i].run (invocation, media, error);
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("Say which file, as in: droverctl media %s FILE"), verb);
      return FALSE;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _("“media” has list, add, remove and verify, but no “%s”"), verb);
  return FALSE;
}

const Command media_command = {
  "media", N_("[list|add|remove|verify] [MEDIUM…]"),
  N_("List the library of media, or change it"), 0, media_options, run_media, G_MAXUINT,
  N_("add puts a file on record, where it is: Windows, say, which only its publisher’s page "
     "gives out. With --sha256 the file must be the one that the page lists.\n"
     "remove deletes downloaded files, and forgets those that are elsewhere.\n"
     "verify reads the files again and compares them with what is on record.\n\n"
     "MEDIUM is a path, a file’s name, a title, or the first digits of a SHA-256."),
};
