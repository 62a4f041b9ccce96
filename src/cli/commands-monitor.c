/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-qmp-line.h"
#include "drover-run-screenshot.h"
#include "drover-user-monitor.h"
#include "droverctl.h"

/* What is asked of, or done to, a running machine in QEMU's own words. */

static DroverRun *
find_live_run (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);

  if (run == NULL || drover_run_is_live (run))
    return g_steal_pointer (&run);

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
  return NULL;
}

static char *
join_operands (Invocation *invocation)
{
  return g_strjoinv (" ", invocation->operands + 1);
}

typedef gboolean (*RunLine) (Invocation *invocation, const char *line, GError **error);

/* Lines from the standard input, each by itself. QEMU is connected to for each of them only: its
 * connection takes one program at a time, and other droverctls are to have their turn. */
static gboolean
run_lines (Invocation *invocation, const char *prompt, RunLine run_line, GError **error)
{
  gboolean is_terminal = isatty (STDIN_FILENO);
  g_autofree char *line = NULL;
  size_t size = 0;

  for (;;)
    {
      g_autoptr (GError) failure = NULL;

      fflush (stdout);
      if (is_terminal)
        g_printerr ("%s", prompt);
      if (getline (&line, &size, stdin) < 0)
        {
          if (is_terminal)
            g_printerr ("\n");
          return TRUE;
        }

      g_strstrip (line);
      if (*line == '\0' || run_line (invocation, line, &failure))
        continue;
      if (!is_terminal)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_printerr ("%s\n", failure->message);
    }
}

static char *
read_input (GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  size_t n;

  while ((n = fread (buffer, 1, sizeof buffer, stdin)) > 0)
    g_string_append_len (text, buffer, n);
  if (ferror (stdin))
    {
      drover_set_errno_error (error, _("Cannot read the input"));
      return NULL;
    }
  if (strlen (text->str) != text->len || !g_utf8_validate (text->str, -1, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("The input is no text"));
      return NULL;
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* qmp */

static gboolean option_describe;

static const GOptionEntry qmp_options[] = {
  { "describe", 0, 0, G_OPTION_ARG_NONE, &option_describe,
    N_("Send nothing; say what the command takes, in this QEMU. Without a command, list them"), NULL },
  { NULL },
};

static DroverQmpSchema *
await_schema (DroverRun *run, GError **error)
{
  g_autoptr (JsonNode) entries = dex_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (run), "query-qmp-schema", NULL), error);

  return entries != NULL ? drover_qmp_schema_new (entries) : NULL;
}

static gboolean
describe_command (DroverQmpSchema *schema, const char *command, GError **error)
{
  g_autofree char *help = NULL;

  if (!drover_qmp_schema_has_command (schema, command))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("This QEMU has no command “%s”"),
                   command);
      return FALSE;
    }

  help = drover_qmp_schema_dup_help (schema, command, NULL);
  g_print ("%s\n", help);
  return TRUE;
}

static gboolean
run_qmp_line (Invocation *invocation, const char *line, GError **error)
{
  g_autoptr (DroverRun) run = find_live_run (invocation, error);
  g_autoptr (DroverQmpSchema) schema = run != NULL ? await_schema (run, error) : NULL;
  g_autofree char *command = NULL;
  g_autofree char *objection = NULL;
  g_autoptr (JsonNode) arguments = NULL;
  g_autoptr (JsonNode) reply = NULL;

  if (schema == NULL || !drover_qmp_line_parse (line, schema, &command, &arguments, error))
    return FALSE;

  objection = drover_qmp_schema_dup_objection (
    schema, command, arguments != NULL ? json_node_get_object (arguments) : NULL);
  reply = dex_await_boxed (drover_qmp_execute_full (drover_run_get_qmp (run), command,
                                                    g_steal_pointer (&arguments), 0), error);
  if (reply == NULL)
    {
      if (objection != NULL && *error != NULL)
        g_prefix_error (error, "%s\n", objection);
      return FALSE;
    }

  print_json (reply);
  return TRUE;
}

static gboolean
list_commands (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_live_run (invocation, error);
  g_autoptr (DroverQmpSchema) schema = run != NULL ? await_schema (run, error) : NULL;
  g_auto (GStrv) commands = NULL;

  if (schema == NULL)
    return FALSE;
  if (invocation->operands[1] != NULL)
    return describe_command (schema, invocation->operands[1], error);

  commands = drover_qmp_schema_list_commands (schema);
  for (guint i = 0; commands[i] != NULL; i++)
    g_print ("%s\n", commands[i]);
  return TRUE;
}

static gboolean
run_qmp (Invocation *invocation, GError **error)
{
  g_autofree char *line = NULL;

  if (option_describe)
    return list_commands (invocation, error);
  if (invocation->operands[1] == NULL)
    return run_lines (invocation, "(QMP) ", run_qmp_line, error);

  line = g_str_equal (invocation->operands[1], "-") && invocation->operands[2] == NULL
           ? read_input (error) : join_operands (invocation);
  return line != NULL && run_qmp_line (invocation, line, error);
}

const Command qmp_command = {
  "qmp", "MACHINE [COMMAND]", N_("Send a QMP command to a running machine, print the reply"), 1,
  qmp_options, run_qmp, G_MAXUINT,
  N_("COMMAND is the whole message in braces; or the command’s name, with its arguments as one\n"
     "JSON object or as words: block_resize device=disk0 size=1073741824. “-” reads it from the\n"
     "standard input. Without a command, one a line is read from there."),
};

/* hmp */

static gboolean
run_hmp_line (Invocation *invocation, const char *line, GError **error)
{
  g_autoptr (DroverRun) run = find_live_run (invocation, error);
  g_autoptr (JsonNode) reply = NULL;

  if (run == NULL)
    return FALSE;

  reply = dex_await_boxed (drover_qmp_execute_full (drover_run_get_qmp (run),
                                                    "human-monitor-command",
                                                    drover_hmp_command_new (line), 0), error);
  if (reply == NULL)
    return FALSE;

  /* The monitor's lines end as a terminal's do. */
  if (json_node_get_string (reply) != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (json_node_get_string (reply), "\r\n", -1);
      g_autofree char *text = g_strjoinv ("\n", lines);

      g_print ("%s%s", text, *text == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n");
    }
  return TRUE;
}

static gboolean
run_hmp (Invocation *invocation, GError **error)
{
  g_autofree char *line = NULL;

  if (invocation->operands[1] == NULL)
    return run_lines (invocation, "(qemu) ", run_hmp_line, error);

  line = join_operands (invocation);
  return run_hmp_line (invocation, line, error);
}

static const GOptionEntry no_options[] = { { NULL } };

const Command hmp_command = {
  "hmp", "MACHINE [COMMAND]", N_("Run a command of QEMU’s monitor, such as info block"), 1,
  no_options, run_hmp, G_MAXUINT,
  N_("Without a command, one a line is read from the standard input."),
};

/* send-key */

static int option_hold;

static const GOptionEntry send_key_options[] = {
  { "hold", 0, 0, G_OPTION_ARG_INT, &option_hold,
    N_("How long the keys are held, in milliseconds; QEMU’s default is 100"), N_("MSEC") },
  { NULL },
};

/* What keyboards have printed on them, where QEMU's names are others. */
static const char *
translate_key (const char *key)
{
  static const char *const names[][2] = {
    { "del", "delete" }, { "enter", "ret" },   { "return", "ret" }, { "escape", "esc" },
    { "space", "spc" },  { "win", "meta_l" },  { "super", "meta_l" }, { "ins", "insert" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (key, names[i][0]))
      return names[i][1];

  return key;
}

static gboolean
check_key (const char *const *codes, const char *key, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) similar = NULL;
  g_autofree char *list = NULL;

  if (g_strv_contains (codes, key))
    return TRUE;

  for (guint i = 0; codes[i] != NULL; i++)
    if (*key != '\0' && strstr (codes[i], key) != NULL)
      g_strv_builder_add (builder, codes[i]);
  similar = g_strv_builder_end (builder);
  list = g_strjoinv (", ", *similar != NULL ? similar : (char **) codes);
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("QEMU has no key “%s”. It has: %s"), key, list);
  return FALSE;
}

/* Returns: (nullable): the arguments of `send-key` for keys pressed together */
static JsonNode *
make_chord (const char *text, const char *const *codes, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_auto (GStrv) keys = g_strsplit (text, "-", -1);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "keys");
  json_builder_begin_array (builder);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *key = translate_key (keys[i]);

      if (!check_key (codes, key, error))
        return NULL;
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "type");
      json_builder_add_string_value (builder, "qcode");
      json_builder_set_member_name (builder, "data");
      json_builder_add_string_value (builder, key);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  if (option_hold > 0)
    {
      json_builder_set_member_name (builder, "hold-time");
      json_builder_add_int_value (builder, option_hold);
    }
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static gboolean
run_send_key (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_live_run (invocation, error);
  g_autoptr (DroverQmpSchema) schema = run != NULL ? await_schema (run, error) : NULL;
  g_auto (GStrv) codes = NULL;
  g_autoptr (GPtrArray) chords = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  if (schema == NULL)
    return FALSE;

  /* All or none. */
  codes = drover_qmp_schema_list_key_codes (schema);
  for (guint i = 1; invocation->operands[i] != NULL; i++)
    {
      JsonNode *chord = make_chord (invocation->operands[i], (const char *const *) codes, error);

      if (chord == NULL)
        return FALSE;
      g_ptr_array_add (chords, chord);
    }

  for (guint i = 0; i < chords->len; i++)
    if (!dex_await (drover_qmp_execute (drover_run_get_qmp (run), "send-key",
                                        json_node_ref (chords->pdata[i])), error))
      return FALSE;

  return TRUE;
}

const Command send_key_command = {
  "send-key", "MACHINE KEYS…", N_("Press keys in a running machine, such as ctrl-alt-delete"), 2,
  send_key_options, run_send_key, G_MAXUINT,
  N_("Keys that are pressed together are joined by dashes; one word after the other is typed.\n"
     "They have QEMU’s names (QKeyCode): a, f1, ret, esc, tab, up, ctrl, alt, shift, meta_l …"),
};

/* screenshot */

static char *option_device;
static int option_head;

static const GOptionEntry screenshot_options[] = {
  { "device", 0, 0, G_OPTION_ARG_STRING, &option_device,
    N_("The id of the graphics device; without it, the first one"), N_("ID") },
  { "head", 0, 0, G_OPTION_ARG_INT, &option_head, N_("Which screen of that device"), N_("NUMBER") },
  { NULL },
};

static gboolean
run_screenshot (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_live_run (invocation, error);

  return run != NULL && dex_await (drover_run_screenshot (run, invocation->operands[1],
                                                          option_device, option_head), error);
}

const Command screenshot_command = {
  "screenshot", "MACHINE FILE", N_("Take a picture of a guest’s screen, as a PNG file"), 2,
  screenshot_options, run_screenshot,
};
