/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-export.h"
#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-shell.h"

/* Options whose whole value names a file. */
static const char *const path_options[] = { "", "hda", "hdb", "hdc", "hdd", "fda", "fdb", "cdrom",
                                            "sd", "mtdblock", "pflash", "kernel", "initrd", "dtb",
                                            "bios", "shim", "L", "D", "mem-path", "pidfile",
                                            "readconfig", "option-rom", "dump-vmstate", NULL };

/* Keys, in any option, whose value names a file. */
static const char *const path_keys[] = { "file", "path", "filename", "file.filename", "romfile",
                                         "mem-path", "dir", "sock", "x509-dir", "logfile", "script",
                                         "smb", "tftp", "addr.path", "fmode", NULL };

static gboolean
is_relative (const char *path)
{
  /* `/dev/null`, `nbd:…`, `none`; a folder of QEMU's own is found everywhere. */
  return *path != '\0' && *path != '/' && strchr (path, ':') == NULL;
}

static gboolean
has_relative_key (const char *value)
{
  for (guint i = 0; path_keys[i] != NULL; i++)
    {
      g_autofree char *path = drover_keyval_dup (value, NULL, path_keys[i]);

      if (path != NULL && is_relative (path))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_relative_member (const char *json)
{
  static const char *const members[] = { "\"filename\"", "\"path\"", "\"file\"", "\"mem-path\"" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    for (const char *p = json; (p = strstr (p, members[i])) != NULL;)
      {
        p += strlen (members[i]);
        p += strspn (p, " \t\n:");
        if (p[0] == '"' && p[1] != '/' && p[1] != '"')
          return TRUE;
      }

  return FALSE;
}

static gboolean
is_relative_argument (DroverArgument *argument)
{
  const char *value = drover_argument_get_value (argument);

  if (value == NULL || !drover_argument_get_enabled (argument))
    return FALSE;
  if (g_strv_contains (path_options, drover_argument_get_option (argument)))
    return is_relative (value);

  return *value == '{' ? has_relative_member (value) : has_relative_key (value);
}

static char *
dup_argument_text (DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  g_autofree char *quoted_flag = flag != NULL ? drover_shell_quote (flag) : NULL;
  g_autofree char *quoted_value = value != NULL ? drover_shell_quote (value) : NULL;

  return g_strdup_printf ("%s%s%s", flag != NULL ? quoted_flag : "",
                          flag != NULL && value != NULL ? " " : "",
                          value != NULL ? quoted_value : "");
}

static void
append_comment (GString *script, const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (script, "#%s%s\n", *lines[i] != '\0' ? " " : "", lines[i]);
}

/* No comment can stand between the lines of a command, so they all come first. */
static void
append_comments (GString *script, DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  append_comment (script, drover_document_get_name (document));
  if (drover_document_get_accelerator (document) != NULL)
    append_comment (script, _("Drover chooses the accelerator at each start; without it QEMU "
                              "emulates. To use KVM, add: -accel kvm"));

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];
      const char *note = drover_argument_get_note (argument);
      g_autofree char *text = dup_argument_text (argument);
      g_autofree char *comment = NULL;

      if (drover_argument_get_enabled (argument) && note == NULL)
        continue;
      if (drover_argument_get_enabled (argument))
        comment = g_strdup_printf ("%s: %s", text, note);
      else if (note != NULL)
        comment = g_strdup_printf (_("Switched off: %s: %s"), text, note);
      else
        comment = g_strdup_printf (_("Switched off: %s"), text);
      append_comment (script, comment);
    }
}

/**
 * drover_export_needs_directory:
 *
 * Returns: whether some argument may name a file as seen from where QEMU is started. Yes one
 *   time too often does no harm.
 */
gboolean
drover_export_needs_directory (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (is_relative_argument (arguments->pdata[i]))
      return TRUE;

  return FALSE;
}

/**
 * drover_export_dup_shell:
 *
 * Returns: (transfer full): the saved command line for a shell, one option a line; without the
 *   arguments that are switched off, and without a line end
 */
char *
drover_export_dup_shell (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  const char *const program[] = { drover_document_get_program (document), NULL };
  g_autofree char *quoted_program = drover_shell_from_argv (program);
  GString *text = g_string_new (quoted_program);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *argument = dup_argument_text (arguments->pdata[i]);

      if (drover_argument_get_enabled (arguments->pdata[i]))
        g_string_append_printf (text, " \\\n  %s", argument);
    }

  return g_string_free_and_steal (text);
}

/**
 * drover_export_dup_argv:
 *
 * Returns: (transfer full): the saved command line as a JSON array, program first
 */
char *
drover_export_dup_argv (DroverDocument *document)
{
  g_auto (GStrv) argv = drover_document_dup_argv (document);
  g_autoptr (JsonNode) node = drover_json_from_strv ((const char *const *) argv);

  return drover_json_to_text (node, TRUE);
}

/**
 * drover_export_dup_script:
 * @document: a machine
 * @directory: where QEMU is started, see drover_machine_get_directory()
 *
 * Returns: (transfer full): a script for `/bin/sh` that starts the machine without Drover;
 *   notes, and arguments that are switched off, are its comments
 */
char *
drover_export_dup_script (DroverDocument *document, const char *directory)
{
  g_autofree char *command = drover_export_dup_shell (document);
  g_autofree char *quoted = drover_shell_quote (directory);
  GString *script = g_string_new ("#!/bin/sh\n");

  append_comments (script, document);
  if (drover_export_needs_directory (document))
    g_string_append_printf (script, "cd %s || exit\n", quoted);

  g_string_append_printf (script, "exec %s\n", command);
  return g_string_free_and_steal (script);
}
