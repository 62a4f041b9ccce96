/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-json.h"
#include "drover-template-save.h"
#include "drover-templates.h"
#include "droverctl.h"

static char *option_id;
static char *option_title;
static char *option_summary;
static char *option_file;
static gboolean option_replace;

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static void
set_size (JsonObject *object, const char *member, guint64 least, guint64 recommended)
{
  JsonObject *range;

  if (recommended == 0)
    return;
  range = json_object_new ();
  json_object_set_int_member (range, "least", least);
  json_object_set_int_member (range, "recommended", recommended);
  json_object_set_object_member (object, member, range);
}

static JsonArray *
describe_media (DroverTemplate *template)
{
  JsonArray *array = json_array_new ();
  g_autoptr (GPtrArray) media = drover_template_list_media (template, NULL);

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];
      JsonObject *object = json_object_new ();

      set_text (object, "id", medium->id);
      set_text (object, "kind", medium->kind);
      set_text (object, "title", medium->title);
      set_text (object, "architecture", medium->architecture);
      set_text (object, "name", medium->name);
      set_text (object, "page", medium->page);
      if (medium->addresses != NULL)
        json_object_set_member (object, "addresses",
                                drover_json_from_strv ((const char *const *) medium->addresses));
      json_object_set_boolean_member (object, "optional", medium->optional);
      json_array_add_object_element (array, object);
    }
  return array;
}

static JsonObject *
describe (DroverTemplate *template)
{
  JsonObject *object = json_object_new ();

  set_text (object, "id", drover_template_get_id (template));
  set_text (object, "title", drover_template_get_title (template));
  set_text (object, "summary", drover_template_get_summary (template));
  set_text (object, "description", drover_template_get_description (template));
  set_text (object, "category", drover_template_get_category (template));
  set_text (object, "os", drover_template_get_os (template));
  json_object_set_boolean_member (object, "bundled", drover_template_is_bundled (template));
  set_text (object, "file", drover_template_get_path (template));
  json_object_set_member (object, "architectures",
                          drover_json_from_strv (drover_template_get_architectures (template)));
  set_size (object, "memory", drover_template_get_least_memory (template),
            drover_template_get_memory (template));
  set_size (object, "cpus", drover_template_get_least_cpus (template),
            drover_template_get_cpus (template));
  set_size (object, "disk", drover_template_get_least_disk (template),
            drover_template_get_disk (template));
  set_text (object, "unattended", drover_template_get_unattended (template));
  set_text (object, "tpm", drover_template_get_tpm (template));
  json_object_set_array_member (object, "media", describe_media (template));
  return object;
}

/* Templates of the user's that cannot be used do not stand in the way of the others. */
static void
print_broken (GPtrArray *broken)
{
  for (guint i = 0; i < broken->len; i++)
    g_printerr ("droverctl: %s\n", ((const GError *) broken->pdata[i])->message);
}

static gboolean
list_templates (void)
{
  g_autoptr (GPtrArray) broken = NULL;
  g_autoptr (GPtrArray) list = drover_templates_list (&broken);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i < list->len; i++)
    {
      if (option_json)
        json_array_add_object_element (array, describe (list->pdata[i]));
      else
        g_print ("%-22s %s: %s\n", drover_template_get_id (list->pdata[i]),
                 drover_template_get_title (list->pdata[i]),
                 drover_template_get_summary (list->pdata[i]));
    }
  if (option_json)
    print_json (node);
  print_broken (broken);
  return TRUE;
}

static gboolean
show_template (const char *id, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_template_find (id, error);
  g_autofree char *text = NULL;

  if (template == NULL)
    return FALSE;
  if (option_json)
    print_json_take (describe (template));
  else
    fputs (text = drover_template_to_text (template), stdout);
  return TRUE;
}

static gboolean
add_template (const char *path, GError **error)
{
  g_autoptr (DroverTemplate) template = drover_templates_add (path, option_replace, error);

  if (template == NULL)
    return FALSE;
  g_print ("%s\n", drover_template_get_id (template));
  return TRUE;
}

static void
print_left_out (const char *const *left_out)
{
  if (left_out == NULL || left_out[0] == NULL)
    return;
  g_printerr ("%s\n", _("The template does not have:"));
  for (guint i = 0; left_out[i] != NULL; i++)
    g_printerr ("- %s\n", left_out[i]);
}

static gboolean
save_template (Invocation *invocation, const char *name, GError **error)
{
  DroverMachine *machine = drover_library_find (invocation->library, name, error);
  g_autoptr (DroverTemplate) template = NULL;
  g_autofree char *id = NULL;
  g_auto (GStrv) left_out = NULL;
  const char *title;

  if (machine == NULL)
    return FALSE;
  if (drover_machine_get_document (machine) == NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return FALSE;
    }

  title = option_title != NULL ? option_title : drover_machine_get_name (machine);
  id = option_id != NULL ? g_strdup (option_id) : drover_template_id_from_title (title);
  template = drover_template_new_from_document (drover_machine_get_document (machine),
                                                drover_machine_get_directory (machine), id, title,
                                                option_summary, &left_out, error);
  if (template == NULL ||
      !(option_file != NULL ? drover_template_export (template, option_file, error)
                            : drover_templates_save (template, option_replace, error)))
    return FALSE;
  g_print ("%s\n", option_file != NULL ? option_file : id);
  print_left_out ((const char *const *) left_out);
  return TRUE;
}

static gboolean
run_templates (Invocation *invocation, GError **error)
{
  const char *verb = invocation->operands[0];
  const char *what = verb != NULL ? invocation->operands[1] : NULL;

  if (verb == NULL)
    return list_templates ();
  if (what == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("too little is given; it is: droverctl %s"),
                   "templates [show ID | add FILE | save MACHINE | remove ID]");
      return FALSE;
    }
  if (g_str_equal (verb, "show"))
    return show_template (what, error);
  if (g_str_equal (verb, "add"))
    return add_template (what, error);
  if (g_str_equal (verb, "save"))
    return save_template (invocation, what, error);
  if (g_str_equal (verb, "remove"))
    return drover_templates_remove (what, error);

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("unexpected argument “%s”"),
               verb);
  return FALSE;
}

static const GOptionEntry templates_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { "id", 0, 0, G_OPTION_ARG_STRING, &option_id, N_("The new template’s id"), N_("ID") },
  { "title", 0, 0, G_OPTION_ARG_STRING, &option_title, N_("What the new template is called"),
    N_("TITLE") },
  { "summary", 0, 0, G_OPTION_ARG_STRING, &option_summary, N_("A line about the new template"),
    N_("TEXT") },
  { "file", 0, 0, G_OPTION_ARG_FILENAME, &option_file,
    N_("Save into this file, to be given to others, instead of among your templates"), N_("FILE") },
  { "replace", 0, 0, G_OPTION_ARG_NONE, &option_replace,
    N_("Replace a template of yours with the same id"), NULL },
  { NULL },
};

const Command templates_command = {
  "templates", "[show ID | add FILE | save MACHINE | remove ID]",
  N_("List what machines can be made from, or manage your own templates"), 0, templates_options,
  run_templates, 2,
  N_("Without a word it lists all templates. “show” prints one as its file, “add” takes one from a "
     "file, “save” makes one of a machine, “remove” deletes one of yours; machines stay."),
};
