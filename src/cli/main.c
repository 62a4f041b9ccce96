/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-install.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "drover-paths.h"
#include "drover-run-truth.h"
#include "drover-service.h"
#include "droverctl.h"

gboolean option_json;

const GOptionEntry json_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { NULL },
};

static const Command *const commands[] = {
  &list_command,       &create_command,     &import_command,     &start_command,
  &status_command,     &stop_command,       &pause_command,      &resume_command,
  &reset_command,      &shutdown_command,   &console_command,    &log_command,
  &show_command,       &get_command,        &set_command,        &unset_command,
  &settings_command,   &parts_command,      &add_command,        &remove_command,
  &rename_command,     &modernise_command,  &catalogue_command,  &check_command,
  &command_command,    &export_command,     &delete_command,     &renew_identity_command,
  &argument_command,   &ssh_command,        &firmware_command,   &download_command,
  &media_command,      &templates_command,  &qmp_command,        &hmp_command,
  &send_key_command,   &screenshot_command, &events_command,     &share_command,
  &passt_command,      &apply_command,      &attach_command,     &detach_command,
  &insert_command,     &eject_command,      &forward_command,    &balloon_command,
  &usb_devices_command, &agent_command,
  &wake_command,       &autostart_command,
};

static const char *const statuses[] = {
  [STATUS_OK] = N_("done"),
  [STATUS_FAILED] = N_("failed; the message says why"),
  [STATUS_USAGE] = N_("invalid command or options"),
  [STATUS_NO_SUCH_MACHINE] = N_("there is no such machine"),
  [STATUS_BROKEN] = N_("the machine’s file is broken; it was left as it is"),
  [STATUS_BAD_STATE] = N_("the machine’s state does not allow it, as pausing one that is off"),
  [STATUS_NOT_STARTED] = N_("QEMU did not start: it is missing, or ended with a message"),
  [STATUS_NO_ANSWER] = N_("QEMU does not answer, or not in QMP"),
};

/**
 * find_machine:
 *
 * Returns: (transfer none) (nullable): the machine that the first operand names
 */
DroverMachine *
find_machine (Invocation *invocation, GError **error)
{
  return drover_library_find (invocation->library, invocation->operands[0], error);
}

/**
 * is_machine_name:
 *
 * Returns: whether a machine can have this name
 */
gboolean
is_machine_name (const char *text)
{
  if (*text == '\0' || !g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

/**
 * settle_install:
 *
 * Puts on record how far the installation of the machine's system is. That it cannot be written
 * is said, and is no reason to do nothing else.
 */
void
settle_install (DroverRun *run)
{
  g_autoptr (GError) error = NULL;

  if (!dex_await (drover_install_settle (drover_install_get_for_run (run)), &error))
    g_printerr ("droverctl: %s\n", error->message);
}

/**
 * find_run:
 *
 * Returns: (transfer full) (nullable): the run of the machine that the first operand names,
 *   attached when it is alive
 */
DroverRun *
find_run (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_autoptr (DroverRun) run = NULL;

  if (machine == NULL)
    return NULL;

  run = drover_run_new (machine, DROVER_CTL_SOCKET);
  if (!dex_await (drover_run_attach (run), error))
    return NULL;
  settle_install (run);

  return g_steal_pointer (&run);
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonArray *
describe_services (DroverRun *run)
{
  GPtrArray *services = drover_run_get_services (run);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < services->len; i++)
    {
      const DroverService *service = services->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", service->id);
      json_object_set_string_member (object, "title", service->title);
      json_object_set_int_member (object, "pid", service->pid);
      json_object_set_boolean_member (object, "running", drover_service_is_alive (service));
      json_object_set_string_member (object, "socket", service->socket);
      json_object_set_string_member (object, "log", service->log);
      json_array_add_object_element (array, object);
    }

  return array;
}

static void
describe_install (JsonObject *object, DroverRun *run)
{
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));
  JsonNode *node = document != NULL ? drover_document_get_member (document, "install") : NULL;
  DroverInstall *install = drover_install_get_for_run (run);
  g_autoptr (JsonNode) copy = NULL;
  JsonObject *member;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  copy = drover_json_copy (node);
  member = json_node_get_object (copy);
  if (*drover_install_get_text (install) != '\0')
    set_text (member, "text", drover_install_get_text (install));
  if (drover_install_get_fraction (install) >= 0)
    json_object_set_double_member (member, "fraction", drover_install_get_fraction (install));
  if (drover_install_get_asking (install))
    json_object_set_boolean_member (member, "asking", TRUE);
  json_object_set_member (object, "install", g_steal_pointer (&copy));
}

/**
 * describe_run:
 *
 * Returns: (transfer full): a machine and its run, as `create`, `list` and `status` tell them
 */
JsonObject *
describe_run (DroverRun *run)
{
  JsonObject *object = json_object_new ();
  DroverMachine *machine = drover_run_get_machine (run);
  DroverDocument *document = drover_machine_get_document (machine);
  const GError *broken = drover_machine_get_error (machine);

  set_text (object, "slug", drover_machine_get_slug (machine));
  set_text (object, "name", drover_machine_get_name (machine));
  if (document != NULL)
    {
      set_text (object, "uuid", drover_document_get_uuid (document));
      set_text (object, "program", drover_document_get_program (document));
    }
  set_text (object, "state", broken != NULL ? "broken" : drover_run_get_state (run));
  set_text (object, "error", broken != NULL ? broken->message : NULL);
  if (drover_run_get_pid (run) > 0)
    {
      json_object_set_int_member (object, "pid", drover_run_get_pid (run));
      set_text (object, "accelerator", drover_run_get_accelerator (run));
      set_text (object, "badge", drover_run_truth_get_badge (drover_run_get_accelerator (run)));
      set_text (object, "accelerator-reason", drover_run_get_accelerator_reason (run));
      json_object_set_array_member (object, "services", describe_services (run));
    }
  describe_power (object, run);
  describe_install (object, run);

  return object;
}

/**
 * print_json:
 *
 * Prints @node on standard output.
 */
void
print_json (JsonNode *node)
{
  g_autofree char *text = drover_json_to_text (node, TRUE);

  /* JSON is UTF-8, whatever the locale; g_print() would convert. */
  puts (text);
}

/**
 * print_json_take:
 * @object: (transfer full): what to print
 *
 * print_json() for an object.
 */
void
print_json_take (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  print_json (node);
}

static Status
status_for_error (const GError *error)
{
  static const Status statuses_by_code[] = {
    [DROVER_ERROR_MACHINE_FILE] = STATUS_BROKEN,
    [DROVER_ERROR_MACHINE_VERSION] = STATUS_BROKEN,
    [DROVER_ERROR_MACHINE_CHANGED] = STATUS_FAILED,
    [DROVER_ERROR_TEMPLATE] = STATUS_FAILED,
    [DROVER_ERROR_NO_SUCH_TEMPLATE] = STATUS_FAILED,
    [DROVER_ERROR_NO_SUCH_MACHINE] = STATUS_NO_SUCH_MACHINE,
    [DROVER_ERROR_PROGRAM_MISSING] = STATUS_NOT_STARTED,
    [DROVER_ERROR_ARGUMENT] = STATUS_FAILED,
    [DROVER_ERROR_START_FAILED] = STATUS_NOT_STARTED,
    [DROVER_ERROR_BAD_STATE] = STATUS_BAD_STATE,
    [DROVER_ERROR_CHECKSUM] = STATUS_FAILED,
    [DROVER_ERROR_SIGNATURE] = STATUS_FAILED,
    [DROVER_ERROR_SAME_IDENTITY] = STATUS_BROKEN,
    [DROVER_ERROR_IN_USE] = STATUS_BAD_STATE,
  };

  if (error->domain == DROVER_ERROR)
    return statuses_by_code[error->code];
  if (error->domain == JSON_PARSER_ERROR)
    return STATUS_BROKEN;
  if (error->domain == G_OPTION_ERROR)
    return STATUS_USAGE;
  if (error->domain == DROVER_QMP_ERROR && error->code >= DROVER_QMP_ERROR_PROTOCOL)
    return STATUS_NO_ANSWER;

  return STATUS_FAILED;
}

static Status
fail (const GError *error)
{
  g_printerr ("droverctl: %s\n", error->message);
  return status_for_error (error);
}

static void
print_help (void)
{
  g_print ("%s\n  droverctl %s\n\n%s\n\n%s\n", _("Usage:"), _("COMMAND [OPTION…] [MACHINE]"),
           _("Creates and controls QEMU machines, also those that the Drover window shows."),
           _("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *call = g_strdup_printf ("%s %s", commands[i]->name, commands[i]->operands);

      g_print ("  %s%*s  %s\n", call, (int) MAX (0, 25 - g_utf8_strlen (call, -1)), "",
               _(commands[i]->summary));
    }

  g_print ("\n%s\n", _("MACHINE is a folder name, as “list” shows it, a name, or a uuid."));
  g_print ("%s\n\n%s\n", _("“droverctl COMMAND --help” lists the options of a command."),
           _("Exit status:"));
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    g_print ("  %u  %s\n", i, _(statuses[i]));
  g_print ("  141  %s\n",
           _("whoever read the output, as “head” does, stopped reading (SIGPIPE)"));
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];

  return NULL;
}

/* GOption leaves the `--` that ends the options when a word behind it begins with a dash, as the
 * value of `set MACHINE SETTING -- -1`. */
static void
remove_separator (GStrv arguments)
{
  guint i = 0;

  while (arguments[i] != NULL && !g_str_equal (arguments[i], "--"))
    i++;
  if (arguments[i] == NULL)
    return;

  g_free (arguments[i]);
  for (; arguments[i + 1] != NULL; i++)
    arguments[i] = arguments[i + 1];
  arguments[i] = NULL;
}

/* Takes the options out of @arguments, program and command first, and checks the rest. */
static gboolean
parse (const Command *command, GStrv *arguments, GError **error)
{
  g_autofree char *usage = g_strchomp (g_strdup_printf ("%s %s", command->name,
                                                        command->operands));
  g_autofree char *name = g_strdup_printf ("droverctl %s", command->name);
  g_autoptr (GOptionContext) context = g_option_context_new (command->operands);
  guint n;

  /* Options stand behind the command; the help takes this name. */
  g_set_prgname (name);

  g_option_context_set_summary (context, _(command->summary));
  g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (command->details != NULL)
    g_option_context_set_description (context, _(command->details));
  if (!g_option_context_parse_strv (context, arguments, error))
    return FALSE;
  g_set_prgname ("droverctl");

  /* The first is the program. A `--` that only ended the options is no operand. */
  remove_separator (*arguments);
  n = g_strv_length (*arguments) - 1;
  if (n >= command->n_operands && n - command->n_operands <= command->n_optional)
    return TRUE;

  if (n < command->n_operands)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _("too little is given; it is: droverctl %s"), usage);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("unexpected argument “%s”"),
                 (*arguments)[command->n_operands + command->n_optional + 1]);
  return FALSE;
}

static DexFuture *
run_fiber (gpointer user_data)
{
  Invocation *invocation = user_data;
  g_autoptr (GError) error = NULL;

  if (invocation->command->run (invocation, &error))
    return dex_future_new_true ();

  return dex_future_new_for_error (g_steal_pointer (&error));
}

/* Whether nobody reads the pipe that is our output any more. */
static gboolean
is_reader_gone (void)
{
  struct pollfd poll_fd = { .fd = STDOUT_FILENO };

  return poll (&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLERR) != 0;
}

/* Ends as other Unix tools do when a reader such as `head` has seen enough: without a word, and
 * for the shell with status 141. What was asked for is done by now. */
static void
die_of_pipe (void)
{
  signal (SIGPIPE, SIG_DFL);
  raise (SIGPIPE);
}

static Status
run (const Command *command, GStrv operands)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverLibrary) library = drover_library_new (folder);
  Invocation invocation = { command, library, operands };
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY,
                   _("%s, the folder of the machines, is not there and cannot be made"), folder);
      return fail (error);
    }

  future = drover_dex_spawn (run_fiber, &invocation, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);

  dex_future_get_value (future, &error);

  /* A full disk behind the output is only seen here. */
  if (error == NULL && (fflush (stdout) != 0 || ferror (stdout)))
    {
      if (errno == EPIPE || is_reader_gone ())
        die_of_pipe ();
      drover_set_errno_error (&error, _("Cannot write the output"));
    }

  return error == NULL ? STATUS_OK : fail (error);
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  const Command *command;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("droverctl");
  dex_init ();

  /* A reader such as `head` that has seen enough is seen by a failing write, not by a death. */
  signal (SIGPIPE, SIG_IGN);

  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
      g_str_equal (argv[1], "help"))
    {
      print_help ();
      return argc < 2 ? STATUS_USAGE : STATUS_OK;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      g_print ("droverctl %s\n", APP_VERSION);
      return STATUS_OK;
    }

  command = find_command (argv[1]);
  if (command == NULL)
    {
      g_printerr (_("droverctl: there is no command “%s”; see droverctl --help\n"), argv[1]);
      return STATUS_USAGE;
    }

  arguments = g_strdupv (argv + 1);
  if (!parse (command, &arguments, &error))
    {
      g_printerr ("droverctl: %s\n", error->message);
      return STATUS_USAGE;
    }

  return run (command, arguments + 1);
}
