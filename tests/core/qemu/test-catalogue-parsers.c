/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-catalogue-private.h"
#include "drover-test.h"

/* What QEMU prints for people, from fixtures: the real one is in test-catalogue.c. */

static void
assert_device (GPtrArray *devices, guint i, const char *name, const char *category,
               const char *bus, const char *alias, const char *description, gboolean creatable)
{
  DroverQdmDevice *device = devices->pdata[i];

  g_assert_cmpstr (device->name, ==, name);
  g_assert_cmpstr (device->category, ==, category);
  g_assert_cmpstr (device->bus, ==, bus);
  g_assert_cmpstr (device->alias, ==, alias);
  g_assert_cmpstr (device->description, ==, description);
  g_assert_cmpint (device->creatable, ==, creatable);
}

static void
test_qdm (void)
{
  g_autoptr (GPtrArray) devices = _drover_catalogue_parse_qdm (
    "Controller/Bridge/Hub devices:\r\n"
    "name \"cxl-rp\", bus PCI, desc \"CXL Root Port\"\r\n"
    "\r\n"
    "Storage devices:\n"
    "name \"ich9-ahci\", bus PCI, alias \"ahci\"\n"
    "name \"esp\", no-user\n"
    "name \"odd\", bus a bus, alias \"x\", desc \"says \"hi\", bus 7, no-user, twice\", no-user\n"
    "some other line\n"
    "Uncategorized devices:\n"
    "name \"bare\"");

  g_assert_cmpuint (devices->len, ==, 5);
  assert_device (devices, 0, "cxl-rp", "controller/bridge/hub", "PCI", NULL, "CXL Root Port",
                 TRUE);
  assert_device (devices, 1, "ich9-ahci", "storage", "PCI", "ahci", NULL, TRUE);
  assert_device (devices, 2, "esp", "storage", NULL, NULL, NULL, FALSE);
  assert_device (devices, 3, "odd", "storage", "a bus", "x",
                 "says \"hi\", bus 7, no-user, twice", FALSE);
  assert_device (devices, 4, "bare", "", NULL, NULL, NULL, TRUE);
}

static char *
join (GPtrArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      DroverHelpEntry *entry = entries->pdata[i];

      g_string_append_printf (text, "[%s|%s]", entry->name,
                              entry->title != NULL ? entry->title : "-");
    }
  return g_string_free_and_steal (text);
}

static void
test_names (void)
{
  g_autoptr (GPtrArray) entries = _drover_catalogue_parse_names (
    "\n"
    "Available display backend types:\n"
    "none\n"
    "egl-headless\n"
    "\n"
    "Some display backends support suboptions, which can be set with\n"
    "word\n");
  g_autoptr (GPtrArray) nothing = _drover_catalogue_parse_names ("");
  g_autofree char *text = join (entries);

  g_assert_cmpstr (text, ==, "[none|-][egl-headless|-]");
  g_assert_cmpuint (nothing->len, ==, 0);
}

static void
test_titles (void)
{
  g_autoptr (GPtrArray) entries = _drover_catalogue_parse_titles (
    "Supported machines are:\n"
    "pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-10.0)\n"
    "  none               empty machine\n"
    "bare\n"
    "\n"
    "Recognized CPUID flags:\n"
    "  3dnow 3dnowext\n");
  g_autofree char *text = join (entries);

  /* The heading has several words, so it looks like an entry with a title but for its colon. */
  g_assert_cmpstr (text, ==,
                   "[pc|Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-10.0)]"
                   "[none|empty machine][bare|-]");
}

static void
assert_choices (const char *description, gboolean is_enumeration, const char *default_text,
                const char *expected)
{
  g_auto (GStrv) choices =
    _drover_catalogue_parse_choices (description, is_enumeration, default_text);
  g_autofree char *text = choices != NULL ? g_strjoinv (" ", choices) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
test_choices (void)
{
  assert_choices ("on/off/auto", TRUE, "auto", "on off auto");
  assert_choices ("Error handling policy (report/ignore/enospc/stop/auto)", TRUE, NULL,
                  "report ignore enospc stop auto");
  assert_choices ("Endian mode, big/little/unspecified", TRUE, "unspecified",
                  "big little unspecified");
  assert_choices ("2_5/5/8/16/32/64", TRUE, "16", "2_5 5 8 16 32 64");
  assert_choices ("Set GIC version. Valid values are 2, 3, 4, host and max", FALSE, NULL,
                  "2 3 4 host max");
  assert_choices ("Set memory mapping. Valid values are BRAM (default) and QSPI.", FALSE, NULL,
                  "BRAM QSPI");
  /* A default that is not among them shows that these were no choices. */
  assert_choices ("Read/write errors", TRUE, "report", NULL);
  assert_choices ("Enable/disable Serial ATA bus", FALSE, NULL, NULL);
  assert_choices ("A power of two between 512 B and 2 MiB", TRUE, NULL, NULL);
  assert_choices ("", TRUE, NULL, NULL);
}

/* A union with a wrapped case, a structure, an enumeration and an array. */
static const char schema_text[] =
  "[{'name':'add','meta-type':'command','arg-type':'0'},"
  " {'name':'0','meta-type':'object','tag':'type','members':[{'name':'type','type':'9'},"
  "   {'name':'id','type':'str'},{'name':'common','type':'bool','default':null}],"
  "   'variants':[{'case':'plain','type':'1'},{'case':'wrapped','type':'2'}]},"
  " {'name':'1','meta-type':'object','members':[{'name':'mode','type':'3'},"
  "   {'name':'many','type':'[str]','default':null},{'name':'addr','type':'4','default':null}]},"
  " {'name':'2','meta-type':'object','members':[{'name':'data','type':'1'}]},"
  " {'name':'3','meta-type':'enum','members':[{'name':'fast'},{'name':'slow'}]},"
  " {'name':'4','meta-type':'object','members':[{'name':'host','type':'str'},"
  "   {'name':'again','type':'4'}]},"
  " {'name':'[str]','meta-type':'array','element-type':'str'},"
  " {'name':'str','meta-type':'builtin','json-type':'string'},"
  " {'name':'bool','meta-type':'builtin','json-type':'boolean'},"
  " {'name':17}, 'rubbish', {'meta-type':'object','members':7}]";

static char *
list_members (DroverSchema *schema, const char *variant)
{
  g_autoptr (GVariant) list =
    g_variant_ref_sink (_drover_schema_list_members (schema, "add", NULL, variant, NULL));
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_auto (GStrv) choices = NULL;
      const char *name, *type;
      guint32 flags;

      g_variant_get_child (list, i, "(&s&s&s&su^as)", &name, &type, NULL, NULL, &flags, &choices);
      g_string_append_printf (text, "%s:%s%s%s ", name, type,
                              (flags & CATALOGUE_IS_REQUIRED) != 0 ? "!" : "",
                              choices[0] != NULL ? choices[0] : "");
    }
  return g_string_free_and_steal (text);
}

static void
test_schema (void)
{
  g_autofree char *json = g_strdelimit (g_strdup (schema_text), "'", '"');
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverSchema) schema = _drover_schema_new (json_from_string (json, &error));
  g_auto (GStrv) variants = _drover_schema_list_variants (schema, "add", NULL);
  g_auto (GStrv) none = _drover_schema_list_variants (schema, "absent", NULL);
  g_autofree char *text = g_strjoinv (" ", variants);
  g_autofree char *plain = list_members (schema, "plain");
  g_autofree char *wrapped = list_members (schema, "wrapped");

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "plain wrapped");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  /* A structure that has itself within ends somewhere. */
  g_assert_cmpstr (plain, ==,
                   "mode:enum!fast many:list addr.host:str addr.again.host:str "
                   "addr.again.again.host:str addr.again.again.again:object common:bool ");
  g_assert_cmpstr (wrapped, ==, plain);
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/catalogue-parsers/qdm", test_qdm);
  g_test_add_func ("/catalogue-parsers/names", test_names);
  g_test_add_func ("/catalogue-parsers/titles", test_titles);
  g_test_add_func ("/catalogue-parsers/choices", test_choices);
  g_test_add_func ("/catalogue-parsers/schema", test_schema);
  return drover_test_run ();
}
