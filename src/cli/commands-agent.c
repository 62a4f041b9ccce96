/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <unistd.h>

#include "drover-agent-exec.h"
#include "drover-agent-facts.h"
#include "drover-agent-files.h"
#include "drover-agent-run.h"
#include "drover-agent.h"
#include "drover-error.h"
#include "droverctl.h"

/* A shell counts the signals from here. */
#define SIGNAL_STATUS 128

static gboolean option_force;

static const GOptionEntry agent_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { "force", 0, 0, G_OPTION_ARG_NONE, &option_force,
    N_("pull: replace a file that is there"), NULL },
  { NULL },
};

/* info */

static void
print_fact (const char *title, const char *value)
{
  if (value != NULL)
    g_print ("%s: %s\n", title, value);
}

static void
print_addresses (const DroverAgentFacts *facts, gboolean all)
{
  for (guint i = 0; i < facts->addresses->len; i++)
    {
      const DroverAgentAddress *address = facts->addresses->pdata[i];

      if (all || !address->is_loopback)
        g_print ("%s: %s/%u (%s)\n", _("Address"), address->address, address->prefix,
                 address->interface != NULL ? address->interface : "?");
    }
}

static void
print_facts (const DroverAgentFacts *facts)
{
  print_fact (_("System"), facts->os);
  print_fact (_("Kernel"), facts->kernel);
  print_fact (_("Architecture"), facts->architecture);
  print_fact (_("Host name"), facts->host_name);
  print_addresses (facts, TRUE);
  for (guint i = 0; i < facts->filesystems->len; i++)
    {
      const DroverAgentFilesystem *filesystem = facts->filesystems->pdata[i];
      g_autofree char *used = g_format_size (filesystem->used);
      g_autofree char *total = g_format_size (filesystem->total);

      if (filesystem->total > 0)
        /* Translators: where it is mounted, its type, two sizes such as 1.2 GB */
        g_print (_("File system: %s, %s, %s of %s used\n"), filesystem->mount,
                 filesystem->type != NULL ? filesystem->type : "?", used, total);
      else
        g_print (_("File system: %s, %s\n"), filesystem->mount,
                 filesystem->type != NULL ? filesystem->type : "?");
    }
  if (facts->has_time)
    g_print (_("Clock: %+.1f seconds\n"), (double) facts->time_offset / G_USEC_PER_SEC);
  print_fact (_("Agent"), facts->version);
}

static DroverAgentFacts *
load_facts (DroverRun *run, GError **error)
{
  g_autoptr (DroverAgent) agent = dex_await_object (drover_run_open_agent (run), error);
  DroverAgentFacts *facts =
    agent != NULL ? dex_await_boxed (drover_agent_load_facts (agent), error) : NULL;

  if (agent != NULL)
    drover_agent_close (agent);
  return facts;
}

static gboolean
do_info (DroverRun *run, DroverAgent *agent, GStrv words, GError **error)
{
  g_autoptr (DroverAgentFacts) facts = dex_await_boxed (drover_agent_load_facts (agent), error);

  if (facts == NULL)
    return FALSE;

  if (option_json)
    {
      g_autoptr (JsonNode) node = drover_agent_facts_to_json (facts);

      print_json (node);
      return TRUE;
    }
  print_facts (facts);
  for (guint i = 0; i < facts->refusals->len; i++)
    g_printerr ("droverctl: %s\n", (const char *) facts->refusals->pdata[i]);
  return TRUE;
}

/**
 * describe_agent:
 * @run: a machine
 * @object: what its status is put into
 *
 * Adds the guest's addresses, or why they cannot be had.
 */
void
describe_agent (DroverRun *run, JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgentFacts) facts = load_facts (run, &error);

  if (facts != NULL)
    json_object_set_member (object, "addresses", drover_agent_facts_addresses_to_json (facts));
  else
    json_object_set_string_member (object, "agent-error", error->message);
}

/**
 * print_agent:
 * @run: a machine
 *
 * Prints the guest's addresses, or why they cannot be had.
 */
void
print_agent (DroverRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgentFacts) facts = load_facts (run, &error);

  if (facts != NULL)
    print_addresses (facts, FALSE);
  else
    g_printerr ("droverctl: %s\n", error->message);
}

/* exec */

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

/* Ctrl-C ends what is under way, tidily. */
static guint
watch_interrupt (GCancellable *cancellable)
{
  return g_unix_signal_add_full (G_PRIORITY_DEFAULT, SIGINT, cancel_cb, g_object_ref (cancellable),
                                 g_object_unref);
}

static JsonNode *
describe_bytes (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", length);

  return json_node_init_string (json_node_alloc (), text);
}

static void
print_output_as_json (const DroverAgentOutput *output)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "exit-status", output->exit_status);
  if (output->signal != 0)
    json_object_set_int_member (object, "signal", output->signal);
  json_object_set_member (object, "output", describe_bytes (output->output));
  json_object_set_member (object, "errors", describe_bytes (output->errors));
  json_object_set_boolean_member (object, "truncated", output->truncated);
  print_json_take (object);
}

static gboolean
write_bytes (GBytes *bytes, FILE *stream, GError **error)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  if (length > 0 && fwrite (data, 1, length, stream) != length)
    return drover_set_errno_error (error, _("Cannot write the output"));
  return TRUE;
}

static gboolean
do_exec (DroverRun *run, DroverAgent *agent, GStrv words, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint source = watch_interrupt (cancellable);
  g_autoptr (DroverAgentOutput) output = dex_await_boxed (
    drover_agent_run_command (agent, (const char *const *) words, cancellable), error);

  g_source_remove (source);
  if (output == NULL)
    return FALSE;
  if (option_json)
    {
      print_output_as_json (output);
      return TRUE;
    }

  if (!write_bytes (output->output, stdout, error) || !write_bytes (output->errors, stderr, error))
    return FALSE;
  if (output->truncated)
    g_printerr ("droverctl: %s\n", _("The agent kept only the first part of the output"));

  /* As after ssh, the exit status is the command's. */
  drover_agent_close (agent);
  if (output->exit_status == 0 && output->signal == 0)
    return TRUE;
  if (fflush (stdout) != 0)
    return drover_set_errno_error (error, _("Cannot write the output"));
  _exit (output->exit_status >= 0 ? output->exit_status & 0xff
                                  : (SIGNAL_STATUS + output->signal) & 0xff);
}

/* push, pull */

static void
progress_cb (guint64 done, guint64 total, gboolean comparing, gpointer user_data)
{
  if (!isatty (STDERR_FILENO))
    return;

  if (comparing)
    g_printerr ("\r%s\033[K", _("Comparing"));
  else if (total > 0)
    g_printerr ("\r%3.0f %%\033[K", 100.0 * MIN (done, total) / total);
}

static gboolean
copy (DexFuture *future, guint source, GError **error)
{
  g_autofree char *sum = dex_await_string (future, error);

  g_source_remove (source);
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
  if (sum == NULL)
    return FALSE;

  if (option_json)
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "sha256", sum);
      print_json_take (object);
    }
  return TRUE;
}

static gboolean
do_push (DroverRun *run, DroverAgent *agent, GStrv words, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  return copy (drover_agent_copy_in (agent, words[0], words[1], cancellable, progress_cb, NULL),
               watch_interrupt (cancellable), error);
}

static gboolean
do_pull (DroverRun *run, DroverAgent *agent, GStrv words, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  if (!option_force && g_file_test (words[1], G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   _("“%s” is there already; --force replaces it"), words[1]);
      return FALSE;
    }
  return copy (drover_agent_copy_out (agent, words[0], words[1], cancellable, progress_cb, NULL),
               watch_interrupt (cancellable), error);
}

/* sync-time */

static gboolean
do_sync_time (DroverRun *run, DroverAgent *agent, GStrv words, GError **error)
{
  return dex_await (drover_agent_set_time (agent, g_get_real_time ()), error);
}

/* agent */

static const struct
{
  const char *name;
  gboolean (*run) (DroverRun *run, DroverAgent *agent, GStrv words, GError **error);
  guint least;
  guint most;
} verbs[] = {
  { "info", do_info, 0, 0 },
  { "exec", do_exec, 1, G_MAXUINT },
  { "push", do_push, 2, 2 },
  { "pull", do_pull, 2, 2 },
  { "sync-time", do_sync_time, 0, 0 },
  /* It opens the agent itself: it looks at what becomes of the machine, too. */
  { "shutdown", NULL, 0, 0 },
};

static gboolean
set_usage_error (GError **error)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _("behind the machine must stand one of: info, exec -- COMMAND…, "
                         "push FILE GUESTPATH, pull GUESTPATH FILE, shutdown, sync-time"));
  return FALSE;
}

static gboolean
run_agent (Invocation *invocation, GError **error)
{
  GStrv words = invocation->operands + 2;
  guint n = g_strv_length (words);
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverAgent) agent = NULL;
  gboolean done;
  guint i = 0;

  while (i < G_N_ELEMENTS (verbs) && !g_str_equal (verbs[i].name, invocation->operands[1]))
    i++;
  if (i == G_N_ELEMENTS (verbs) || n < verbs[i].least || n > verbs[i].most)
    return set_usage_error (error);

  run = find_run (invocation, error);
  if (run == NULL)
    return FALSE;
  if (verbs[i].run == NULL)
    return dex_await (drover_run_shut_down_by_agent (run), error);

  agent = dex_await_object (drover_run_open_agent (run), error);
  if (agent == NULL)
    return FALSE;
  done = verbs[i].run (run, agent, words, error);
  drover_agent_close (agent);
  return done;
}

const Command agent_command = {
  "agent", N_("MACHINE WHAT…"), N_("Talk with the guest agent: see agent --help"), 2,
  agent_options, run_agent, G_MAXUINT,
  N_("WHAT is one of:\n"
     "  info                     the guest’s system, addresses and file systems\n"
     "  exec -- COMMAND…         run a program in the guest; the exit status is its own\n"
     "  push FILE GUESTPATH      copy a file into the guest, and compare both\n"
     "  pull GUESTPATH FILE      copy a file out of the guest, and compare both\n"
     "  shutdown                 let the guest shut itself down\n"
     "  sync-time                set the guest’s clock to this computer’s"),
};
