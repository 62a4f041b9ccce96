/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-tpm.h"

/* What a TPM is on this host: swtpm, the keys in the machine's folder, and the authority that
 * signs them. A state is made beside its place and moved there when it is whole, so that what is
 * there is always whole.
 *
 * swtpm_setup signs a new TPM's certificates with an authority that it keeps in /var/lib, unless
 * it is told otherwise; here each user has one of his own. */

#define STATES "tpm"
#define UNFINISHED "new"

/**
 * drover_tpm_is_installed:
 * @error: set to %DROVER_ERROR_PROGRAM_MISSING; says what to install
 *
 * Returns: whether this host has swtpm and what sets it up
 */
gboolean
drover_tpm_is_installed (GError **error)
{
  g_autofree char *emulator = g_find_program_in_path ("swtpm");
  g_autofree char *setup = g_find_program_in_path ("swtpm_setup");

  if (emulator != NULL && setup != NULL)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
               _("A TPM needs the program %s, which is not installed. Debian and Ubuntu have it in "
                 "the packages swtpm and swtpm-tools, Fedora and Arch in swtpm, Homebrew in swtpm."),
               emulator == NULL ? "swtpm" : "swtpm_setup");
  return FALSE;
}

/**
 * drover_tpm_dup_state_dir:
 * @folder: the machine's folder
 * @version: `2.0` or `1.2`
 *
 * Returns: (transfer full): where that TPM keeps its keys
 */
char *
drover_tpm_dup_state_dir (const char *folder, const char *version)
{
  return g_build_filename (folder, STATES, version, NULL);
}

/**
 * drover_tpm_has_state:
 *
 * Returns: whether the machine had a TPM of this version before, whose keys are kept
 */
gboolean
drover_tpm_has_state (const char *folder, const char *version)
{
  g_autofree char *path = drover_tpm_dup_state_dir (folder, version);

  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

/* A state has files only. */
static gboolean
delete_folder (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  if (dir == NULL)
    return TRUE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_unlink (child) != 0)
        return drover_set_errno_error (error, _("Cannot delete %s"), child);
    }

  return g_rmdir (path) == 0 || drover_set_errno_error (error, _("Cannot delete %s"), path);
}

/**
 * drover_tpm_reset:
 * @folder: the folder of a machine that is off
 * @version: `2.0` or `1.2`
 * @error: set when something cannot be deleted
 *
 * Forgets all keys of that TPM. The next start makes a new one.
 *
 * Returns: whether they are gone
 */
gboolean
drover_tpm_reset (const char *folder, const char *version, GError **error)
{
  g_autofree char *path = drover_tpm_dup_state_dir (folder, version);

  return delete_folder (path, error);
}

/**
 * drover_tpm_delete_states:
 * @folder: the folder of a machine that is being deleted
 *
 * Deletes what Drover made there for TPMs, and nothing else.
 */
void
drover_tpm_delete_states (const char *folder)
{
  static const char *const names[] = { DROVER_TPM_1_2, DROVER_TPM_2_0,
                                       UNFINISHED DROVER_TPM_1_2, UNFINISHED DROVER_TPM_2_0 };
  g_autofree char *states = g_build_filename (folder, STATES, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (states, names[i], NULL);

      delete_folder (path, NULL);
    }
  g_rmdir (states);
}

static gboolean
write_text (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* The program that signs lies in different places. */
static char *
dup_signer (void)
{
  static const char *const places[] = { "/usr/lib/swtpm/swtpm-localca",
                                        "/usr/libexec/swtpm-localca",
                                        "/usr/share/swtpm/swtpm-localca" };
  char *found = g_find_program_in_path ("swtpm_localca");

  for (guint i = 0; found == NULL && i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_EXECUTABLE))
      found = g_strdup (places[i]);

  return found;
}

/* Written anew each time: the programs may have moved. */
static char *
write_authority (GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "drover", "swtpm", NULL);
  g_autofree char *signer = dup_signer ();
  g_autofree char *setup = NULL;
  g_autofree char *authority = NULL;

  if (signer == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                   _("A new TPM needs the program %s, which is not installed. It belongs to the "
                     "packages swtpm-tools or swtpm."), "swtpm_localca");
      return NULL;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      drover_set_errno_error (error, _("Cannot make %s"), folder);
      return NULL;
    }

  authority = g_strdup_printf ("statedir = %s\n"
                               "signingkey = %s/signkey.pem\n"
                               "issuercert = %s/issuercert.pem\n"
                               "certserial = %s/certserial\n",
                               folder, folder, folder, folder);
  setup = g_strdup_printf ("create_certs_tool = %s\n"
                           "create_certs_tool_config = %s/localca.conf\n"
                           "create_certs_tool_options = %s/localca.options\n"
                           "active_pcr_banks = sha256\n",
                           signer, folder, folder);
  if (!write_text (folder, "localca.conf", authority, error) ||
      !write_text (folder, "localca.options",
                   "--platform-manufacturer Drover\n--platform-version 1\n--platform-model QEMU\n",
                   error) ||
      !write_text (folder, "setup.conf", setup, error))
    return NULL;

  return g_build_filename (folder, "setup.conf", NULL);
}

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GSubprocess *process = G_SUBPROCESS (source);
  g_autofree char *output = NULL;
  g_autofree char *valid = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_utf8_finish (process, result, &output, NULL, &error))
    dex_promise_reject (promise, error);
  else if (g_subprocess_get_successful (process))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                                              _("A new TPM could not be made. swtpm_setup said: %s"),
                                              g_strstrip (output)));
}

static gboolean
run_setup (const char *version, const char *folder, GError **error)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *config = write_authority (error);
  g_auto (GStrv) argv = NULL;

  if (config == NULL)
    return FALSE;

  g_strv_builder_add_many (builder, "swtpm_setup", "--config", config, "--tpmstate", folder,
                           "--createek", "--create-ek-cert", "--create-platform-cert",
                           "--lock-nvram", NULL);
  if (g_str_equal (version, DROVER_TPM_2_0))
    g_strv_builder_add (builder, "--tpm2");
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                               error);
  if (process == NULL)
    return FALSE;

  g_subprocess_communicate_utf8_async (process, NULL, NULL, communicated_cb,
                                       dex_ref (promise));
  return dex_await (dex_ref (promise), error);
}

/* Makes the state when there is none, in a fiber. */
static gboolean
ensure_state (const char *folder, const char *version, GError **error)
{
  g_autofree char *path = drover_tpm_dup_state_dir (folder, version);
  g_autofree char *unfinished_name = g_strconcat (UNFINISHED, version, NULL);
  g_autofree char *unfinished = g_build_filename (folder, STATES, unfinished_name, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;

  if (!delete_folder (unfinished, error))
    return FALSE;
  if (g_mkdir_with_parents (unfinished, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), unfinished);
  if (!run_setup (version, unfinished, error))
    {
      delete_folder (unfinished, NULL);
      return FALSE;
    }

  return g_rename (unfinished, path) == 0 ||
         drover_set_errno_error (error, _("Cannot make %s"), path);
}

static GStrv
dup_argv (const char *program, const char *version, const char *state, const char *socket)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  /* In a list of options a comma ends one; a folder's name with one cannot be said. */
  g_strv_builder_add_many (builder, program, "socket", "--tpmstate", NULL);
  g_strv_builder_take (builder, g_strconcat ("dir=", state, ",mode=0600", NULL));
  g_strv_builder_add (builder, "--ctrl");
  g_strv_builder_take (builder, g_strconcat ("type=unixio,path=", socket, ",mode=0600", NULL));
  g_strv_builder_add (builder, "--terminate");
  if (g_str_equal (version, DROVER_TPM_2_0))
    g_strv_builder_add (builder, "--tpm2");
  return g_strv_builder_end (builder);
}

static gboolean
check_words (const char *state, const char *socket, GError **error)
{
  const char *bad = strchr (socket, ',') != NULL ? socket
                    : strchr (state, ',') != NULL ? state
                                                  : NULL;

  if (bad == NULL)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("swtpm cannot use “%s”: a name with a comma"), bad);
  return FALSE;
}

/* The state's name as seen from where swtpm is started, which needs no comma's luck of the
 * folders above. */
static char *
dup_state_name (DroverMachine *machine, const char *version)
{
  const char *folder = drover_machine_get_folder (machine);

  return g_str_equal (folder, drover_machine_get_directory (machine))
           ? drover_tpm_dup_state_dir (".", version)
           : drover_tpm_dup_state_dir (folder, version);
}

/**
 * drover_tpm_plan:
 * @machine: a machine that is about to start
 * @document: what it starts with
 * @log_dir: the folder of its logs
 * @error: set when the TPM cannot be made
 *
 * In a fiber: sees that there is a TPM, which takes a second or two the first time.
 *
 * Returns: (transfer full) (nullable): how to start swtpm; %NULL without an error when the
 *   machine needs none
 */
DroverServicePlan *
drover_tpm_plan (DroverMachine *machine, DroverDocument *document, const char *log_dir,
                 GError **error)
{
  const char *version = drover_tpm_get_version (document);
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };
  g_autoptr (DroverServicePlan) plan = NULL;
  g_autofree char *program = NULL;
  g_autofree char *state = NULL;

  drover_tpm_read (drover_document_get_arguments (document), &reading);
  if (version == NULL || reading.socket == NULL)
    return NULL;

  state = dup_state_name (machine, version);
  if (!drover_tpm_is_installed (error) || !check_words (state, reading.socket, error) ||
      !ensure_state (drover_machine_get_folder (machine), version, error))
    return NULL;

  program = g_find_program_in_path ("swtpm");
  plan = g_new0 (DroverServicePlan, 1);
  plan->id = g_strdup ("tpm");
  plan->title = g_strdup (_("The TPM emulator swtpm"));
  plan->argv = dup_argv (program, version, state, reading.socket);
  plan->directory = g_strdup (drover_machine_get_directory (machine));
  plan->socket = g_strdup (reading.socket);
  plan->log = g_build_filename (log_dir, "swtpm.log", NULL);
  return g_steal_pointer (&plan);
}

/**
 * drover_tpm_check_listener:
 * @document: a machine that is about to start
 * @directory: where it starts
 * @error: set when its TPM is the user's own affair and nobody listens
 *
 * Returns: whether QEMU will find its TPM emulator
 */
gboolean
drover_tpm_check_listener (DroverDocument *document, const char *directory, GError **error)
{
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };

  drover_tpm_read (drover_document_get_arguments (document), &reading);
  if (drover_tpm_get_version (document) != NULL || reading.socket == NULL ||
      drover_service_listens (directory, reading.socket))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("Nobody listens on “%s”, where -tpmdev expects a TPM emulator. Let Drover run "
                 "swtpm for this machine: turn the TPM on on its Firmware page, or with "
                 "“droverctl set MACHINE tpm.version 2.0”. Or start swtpm yourself first."),
               reading.socket);
  return FALSE;
}
