/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-hmp-help.h"
#include "drover-json.h"
#include "drover-line-history.h"
#include "drover-qmp-line.h"
#include "drover-test.h"

/* A small QEMU's description of itself, as query-qmp-schema gives it. */
static const char schema_text[] =
  "[{'name':'stop','meta-type':'command','arg-type':'0','ret-type':'0'},"
  "{'name':'query-status','meta-type':'command','arg-type':'0','ret-type':'0'},"
  "{'name':'query-block','meta-type':'command','arg-type':'0','ret-type':'0'},"
  "{'name':'resize','meta-type':'command','arg-type':'1','ret-type':'0',"
  "'features':['deprecated']},"
  "{'name':'add','meta-type':'command','arg-type':'2','ret-type':'0'},"
  "{'name':'send-key','meta-type':'command','arg-type':'7','ret-type':'0'},"
  "{'name':'0','meta-type':'object','members':[]},"
  "{'name':'1','meta-type':'object','members':[{'name':'device','type':'str','default':null},"
  "{'name':'size','type':'int'},{'name':'force','type':'bool','default':null,"
  "'features':['unstable']},{'name':'mode','type':'3','default':null},"
  "{'name':'list','type':'[str]','default':null},{'name':'inner','type':'4','default':null},"
  "{'name':'either','type':'9','default':null}]},"
  "{'name':'2','meta-type':'object','tag':'driver','members':[{'name':'driver','type':'5'}],"
  "'variants':[{'case':'file','type':'6'},{'case':'null','type':'0'}]},"
  "{'name':'3','meta-type':'enum','members':[{'name':'fast'},{'name':'slow'}],"
  "'values':['fast','slow']},"
  "{'name':'4','meta-type':'object','members':[{'name':'deep','type':'int'}]},"
  "{'name':'5','meta-type':'enum','members':[{'name':'file'},{'name':'null'}]},"
  "{'name':'6','meta-type':'object','members':[{'name':'filename','type':'str'}]},"
  "{'name':'7','meta-type':'object','members':[{'name':'keys','type':'[8]'}]},"
  "{'name':'[8]','meta-type':'array','element-type':'8'},"
  "{'name':'8','meta-type':'object','tag':'type','members':[{'name':'type','type':'10'}],"
  "'variants':[{'case':'qcode','type':'11'}]},"
  "{'name':'9','meta-type':'alternate','members':[{'type':'str'},{'type':'4'}]},"
  "{'name':'10','meta-type':'enum','members':[{'name':'qcode'}]},"
  "{'name':'11','meta-type':'object','members':[{'name':'data','type':'12'}]},"
  "{'name':'12','meta-type':'enum','members':[{'name':'ret'},{'name':'ctrl'}]},"
  "{'name':'[str]','meta-type':'array','element-type':'str'},"
  "{'name':'str','meta-type':'builtin','json-type':'string'},"
  "{'name':'int','meta-type':'builtin','json-type':'int'},"
  "{'name':'bool','meta-type':'builtin','json-type':'boolean'}]";

static DroverQmpSchema *
make_schema (void)
{
  g_autofree char *text = g_strdelimit (g_strdup (schema_text), "'", '"');
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = drover_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return drover_qmp_schema_new (node);
}

/* Typed, and what is sent; quotes are single ones here. NULL: it is refused. */
static void
test_parse (void)
{
  static const char *const lines[][3] = {
    { "query-status", "query-status", "" },
    { "  stop  ", "stop", "" },
    { "{'execute':'stop'}", "stop", "" },
    { "{ 'execute': 'resize', 'arguments': {'size': 1}, 'id': 7 }", "resize", "{'size':1}" },
    { "resize {'size': 1}", "resize", "{'size':1}" },
    { "resize size=1 device=5 force=true", "resize", "{'size':1,'device':'5','force':true}" },
    { "resize device='a b' mode=fast", "resize", "{'device':'a b','mode':'fast'}" },
    { "resize inner.deep=3 list=['a','b c']", "resize",
      "{'inner':{'deep':3},'list':['a','b c']}" },
    { "unknown-one a=b c=0.5", "unknown-one", "{'a':'b','c':0.5}" },
    { "", NULL }, { "   ", NULL }, { "{", NULL }, { "{'execute':'stop'", NULL },
    { "{'execute':7}", NULL }, { "{'execute':'stop','arguments':[]}", NULL },
    { "{'exekute':'stop'}", NULL }, { "[1]", NULL }, { "stop {", NULL }, { "stop {'a':}", NULL },
    { "resize 5", NULL }, { "resize =5", NULL }, { "resize inner=1 inner.deep=2", NULL },
  };
  g_autoptr (DroverQmpSchema) schema = make_schema ();

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *typed = g_strdelimit (g_strdup (lines[i][0]), "'", '"');
      g_autofree char *command = NULL;
      g_autofree char *text = NULL;
      g_autoptr (JsonNode) arguments = NULL;
      g_autoptr (GError) error = NULL;
      gboolean good = drover_qmp_line_parse (typed, schema, &command, &arguments, &error);

      g_test_message ("%s", typed);
      g_assert_true (good == (lines[i][1] != NULL));
      g_assert_true (good == (error == NULL));
      if (!good)
        continue;

      text = arguments != NULL ? drover_json_to_text (arguments, FALSE) : g_strdup ("");
      g_strdelimit (text, "\"", '\'');
      g_assert_cmpstr (command, ==, lines[i][1]);
      g_assert_cmpstr (text, ==, lines[i][2]);
    }
}

/* What QEMU would not like, and a word of the objection. */
static void
test_objections (void)
{
  static const char *const lines[][2] = {
    { "stop", NULL },
    { "resize size=1", NULL },
    { "resize size=1 mode=slow list=['a'] inner.deep=1 either=x", NULL },
    { "resize {'size':1,'either':{'deep':1}}", NULL },
    { "add driver=null", NULL },
    { "add driver=file filename=x", NULL },
    { "nonsense", "nonsense" },
    { "stop now=1", "now" },
    { "resize", "size" },
    { "resize size=big", "integer" },
    { "resize size=1 mode=middling", "fast, slow" },
    { "resize size=1 list=a", "list" },
    { "resize size=1 list=[1]", "list[0]" },
    { "resize size=1 inner=2", "object" },
    { "resize size=1 inner.shallow=2", "inner.deep" },
    { "resize size=1 inner.deep=2 inner.more=1", "more" },
    { "resize {'size':1,'either':[]}", "either" },
    { "add driver=file", "filename" },
    { "add driver=null filename=x", "filename" },
    { "add driver=wood", "file, null" },
  };
  g_autoptr (DroverQmpSchema) schema = make_schema ();

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *typed = g_strdelimit (g_strdup (lines[i][0]), "'", '"');
      g_autofree char *command = NULL;
      g_autofree char *objection = NULL;
      g_autoptr (JsonNode) arguments = NULL;

      g_assert_true (drover_qmp_line_parse (typed, schema, &command, &arguments, NULL));
      objection = drover_qmp_schema_dup_objection (
        schema, command, arguments != NULL ? json_node_get_object (arguments) : NULL);
      g_test_message ("%s: %s", typed, objection);
      g_assert_true ((objection != NULL) == (lines[i][1] != NULL));
      g_assert_true (objection == NULL || strstr (objection, lines[i][1]) != NULL);
    }
}

/* `|` is where the cursor is; the words that are offered for what stands before it. */
static void
test_completion (void)
{
  static const char *const lines[][3] = {
    { "q|", "q", "query-block query-status" },
    { "status|", "status", "query-status" },
    { "re|size", "re", "resize" },
    { "resize |", "", "device= size= force= mode= list= inner= either=" },
    { "resize size=1 d|", "d", "device= mode=" },
    { "resize mode=|", "", "fast slow" },
    { "resize mode=s|", "s", "slow fast" },
    { "resize force=t|", "t", "true" },
    { "add driver=file f|", "f", "filename=" },
    { "resize {'m|", "m", "mode" },
    { "resize {'size': 1, 'mode': 's|", "s", "slow fast" },
    { "{'ex|", "ex", "execute" },
    { "{'execute': 'query-|", "query-", "query-block query-status" },
    { "{'execute': 'resize', 'arguments': {'f|", "f", "force" },
    { "{'execute': 'resize', 'arguments': {'mode': 'f|", "f", "fast" },
    { "{'execute': 'add', 'arguments': {'driver': 'file', 'f|", "f", "filename" },
    { "{'execute': 'resize'} |", "", "" },
    { "resize size=1|", "1", "" },
  };
  g_autoptr (DroverQmpSchema) schema = make_schema ();

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *typed = g_strdelimit (g_strdup (lines[i][0]), "'", '"');
      char *bar = strchr (typed, '|');
      gsize cursor = bar - typed;
      gsize start = 0;
      g_auto (GStrv) words = NULL;
      g_autofree char *joined = NULL;
      g_autofree char *replaced = NULL;

      memmove (bar, bar + 1, strlen (bar));
      words = drover_qmp_line_complete (typed, cursor, schema, &start);
      joined = g_strjoinv (" ", words);
      replaced = g_strndup (typed + start, cursor - start);
      g_test_message ("%s", lines[i][0]);
      g_assert_cmpstr (joined, ==, lines[i][2]);
      g_assert_cmpstr (replaced, ==, lines[i][1]);
    }
}

static void
test_help (void)
{
  g_autoptr (DroverQmpSchema) schema = make_schema ();
  g_autofree char *none = drover_qmp_line_dup_help ("resi", schema);
  g_autofree char *help = drover_qmp_line_dup_help ("resize ", schema);
  g_autofree char *nothing = drover_qmp_line_dup_help ("stop", schema);
  g_autofree char *more = drover_qmp_line_dup_help ("add driver=file filename=f", schema);
  g_auto (GStrv) keys = drover_qmp_schema_list_key_codes (schema);
  g_autofree char *joined = g_strjoinv (" ", keys);

  g_assert_null (none);
  g_assert_cmpstr (help, ==,
                   "resize  (deprecated)\n  device?: string\n  size: integer\n"
                   "  force?: boolean  (unstable)\n  mode?: one of fast | slow\n"
                   "  list?: list of string\n  inner?: object\n  either?: string or object\n"
                   "“size” is missing");
  g_assert_cmpstr (nothing, ==, "stop\n  takes no arguments");
  g_assert_cmpstr (more, ==, "add\n  driver: one of file | null\n"
                             "  filename: string  [driver=file]");
  g_assert_cmpstr (joined, ==, "ret ctrl");
}

static void
test_hmp (void)
{
  static const char help_text[] =
    "announce_self [interfaces] [id] -- Trigger GARP\r\n"
    "c|cont  -- resume emulation\r\n"
    "drive_add [-n] pci\r\n\t\t\t file=f -- add\r\n"
    "help|? [cmd] -- show the help\r\n"
    "info [subcommand] -- show various information\r\n";
  static const char info_text[] = "info balloon  -- show balloon information\r\n"
                                  "info block [-v] -- show the block devices\r\n";
  g_autoptr (DroverHmpHelp) help = drover_hmp_help_new (help_text, info_text);
  static const char *const lines[][3] = {
    { "co", "cont", "cont\nresume emulation" },
    { "c", "cont announce_self", "cont\nresume emulation" },
    { "info b", "balloon block", "info [subcommand]\nshow various information" },
    { "info block", "block", "info block [-v]\nshow the block devices" },
    { "help an", "announce_self", "help|?" },
    { "cont ", "", "cont\nresume emulation" },
    { "nonsense", "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      gsize start = 0;
      g_auto (GStrv) words =
        drover_hmp_help_complete (help, lines[i][0], strlen (lines[i][0]), &start);
      g_autofree char *joined = g_strjoinv (" ", words);

      g_test_message ("%s", lines[i][0]);
      g_assert_cmpstr (joined, ==, lines[i][1]);
    }

  for (guint i = 1; i < 4; i++)
    {
      g_autofree char *text = drover_hmp_help_dup (help, lines[i][0]);

      g_assert_cmpstr (text, ==, lines[i][2]);
    }
}

/* It outlives the program, forgets the oldest, and says a line once. */
static void
test_history (void)
{
  g_autoptr (DroverLineHistory) history = NULL;
  g_autoptr (DroverLineHistory) later = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "drover", "test-history", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  history = drover_line_history_new ("test");
  g_assert_null (drover_line_history_earlier (history, "typing"));
  drover_line_history_add (history, "line 0", &error);
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (lines, "line %u\n", i);
  g_assert_true (g_file_set_contents (path, lines->str, -1, NULL));
  drover_line_history_add (history, "line 500", &error);
  drover_line_history_add (history, "line 501", &error);
  g_assert_no_error (error);
  drover_line_history_add (history, "line 7", &error);
  drover_line_history_add (history, "  ", &error);
  g_assert_no_error (error);

  later = drover_line_history_new ("test");
  g_assert_cmpstr (drover_line_history_earlier (later, "typing"), ==, "line 7");
  g_assert_cmpstr (drover_line_history_earlier (later, "line 7"), ==, "line 501");
  g_assert_cmpstr (drover_line_history_later (later), ==, "line 7");
  g_assert_cmpstr (drover_line_history_later (later), ==, "typing");
  g_assert_null (drover_line_history_later (later));
  for (guint i = 0; i < 500; i++)
    g_assert_nonnull (drover_line_history_earlier (later, ""));
  g_assert_null (drover_line_history_earlier (later, ""));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/qmp-line/parse", test_parse);
  g_test_add_func ("/qmp-line/objections", test_objections);
  g_test_add_func ("/qmp-line/completion", test_completion);
  g_test_add_func ("/qmp-line/help", test_help);
  g_test_add_func ("/qmp-line/hmp", test_hmp);
  g_test_add_func ("/qmp-line/history", test_history);
  return drover_test_run ();
}
