/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-error.h"
#include "drover-part.h"
#include "drover-passt.h"
#include "drover-share.h"
#include "droverctl.h"

/* Folders that a machine shares, and networks by passt: what is more than arguments of QEMU's. */

static DroverMachine *
find_sound_machine (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);

  if (machine != NULL && drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return NULL;
    }

  return machine;
}

/* @document: (transfer full) (nullable) */
static gboolean
save (DroverMachine *machine, DroverDocument *document, GError **error)
{
  g_autoptr (DroverDocument) changed = document;

  if (changed == NULL || !drover_machine_save (machine, changed, error))
    return FALSE;

  tell_when_it_counts (machine);
  return TRUE;
}

static gboolean
refuse_usage (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* share */

static char *option_method;
static char *option_tag;
static char *option_security;
static gboolean option_read_only;
static gboolean option_private_memory;

static const GOptionEntry share_options[] = {
  { "method", 0, 0, G_OPTION_ARG_STRING, &option_method,
    N_("add: 9p, which needs nothing but QEMU (the default), or virtiofs, which is faster"),
    "9p|virtiofs" },
  { "tag", 0, 0, G_OPTION_ARG_STRING, &option_tag,
    N_("add: the name by which the guest asks for it"), N_("TAG") },
  { "read-only", 0, 0, G_OPTION_ARG_NONE, &option_read_only,
    N_("add: the guest may read, and change nothing"), NULL },
  { "security", 0, 0, G_OPTION_ARG_STRING, &option_security,
    N_("add, 9p: how owners and rights are kept: mapped-xattr (the default), mapped-file, "
       "passthrough, none"), N_("MODEL") },
  { "private-memory", 0, 0, G_OPTION_ARG_NONE, &option_private_memory,
    N_("remove: give the guest memory of QEMU’s alone again"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("list: print JSON"), NULL },
  { NULL },
};

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonObject *
describe_share (const DroverShare *share)
{
  JsonObject *object = json_object_new ();
  g_autofree char *mount = drover_share_dup_mount (share, DROVER_SHARE_MOUNT_LINUX);
  g_autofree char *fstab = drover_share_dup_mount (share, DROVER_SHARE_MOUNT_FSTAB);

  json_object_set_string_member (object, "id", share->id);
  json_object_set_string_member (object, "method", drover_share_method_get_name (share->method));
  set_text (object, "path", share->path);
  set_text (object, "tag", share->tag);
  json_object_set_boolean_member (object, "read-only", share->read_only);
  json_object_set_boolean_member (object, "enabled", share->enabled);
  set_text (object, "mount", mount);
  set_text (object, "fstab", fstab);
  return object;
}

static void
print_share (const DroverShare *share)
{
  static const struct
  {
    DroverShareMount what;
    const char *guest;
  } guests[] = {
    { DROVER_SHARE_MOUNT_LINUX, N_("In a Linux guest") },
    { DROVER_SHARE_MOUNT_FSTAB, N_("For its /etc/fstab") },
    { DROVER_SHARE_MOUNT_WINDOWS, N_("In a Windows guest") },
  };

  g_print ("%-16s %-8s %s%s%s\n", share->tag != NULL ? share->tag : share->id,
           drover_share_method_get_name (share->method),
           share->path != NULL ? share->path : _("(a folder that virtiofsd knows)"),
           share->read_only ? _(", read-only") : "", share->enabled ? "" : _(", switched off"));
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_autofree char *text = drover_share_dup_mount (share, guests[i].what);

      if (text != NULL)
        g_print ("    %s: %s\n", _(guests[i].guest), text);
    }
}

static void
list_shares (DroverDocument *document)
{
  g_autoptr (GPtrArray) shares = drover_shares_list (document);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (guint i = 0; i < shares->len; i++)
    if (option_json)
      json_array_add_object_element (array, describe_share (shares->pdata[i]));
    else
      print_share (shares->pdata[i]);
  if (option_json)
    print_json (node);
}

static gboolean
add_share (DroverMachine *machine, const char *folder, GError **error)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *path = g_canonicalize_filename (folder, current);
  g_autofree char *id = NULL;
  g_autoptr (GError) missing = NULL;
  g_autofree char *program = NULL;
  gboolean virtiofs = g_strcmp0 (option_method, "virtiofs") == 0;

  if (!virtiofs && option_method != NULL && !g_str_equal (option_method, "9p"))
    return refuse_usage (error, _("The method is 9p or virtiofs"));
  if (virtiofs && option_security != NULL)
    return refuse_usage (error, _("--security is for 9p"));
  if (!save (machine,
             drover_share_add (drover_machine_get_document (machine),
                               virtiofs ? DROVER_SHARE_VIRTIOFS : DROVER_SHARE_9P, path,
                               option_tag, option_read_only, option_security, &id, error),
             error))
    return FALSE;

  if (virtiofs && (program = drover_virtiofs_find (&missing)) == NULL)
    g_printerr ("%s\n", missing->message);
  g_print ("%s\n", id);
  return TRUE;
}

static gboolean
remove_share (DroverMachine *machine, const char *id, GError **error)
{
  g_autoptr (DroverDocument) removed =
    drover_share_remove (drover_machine_get_document (machine), id, error);

  if (removed == NULL)
    return FALSE;

  return save (machine, option_private_memory ? drover_share_with_memory (removed, FALSE, error)
                                              : drover_document_ref (removed), error);
}

static gboolean
run_share (Invocation *invocation, GError **error)
{
  const char *const *operands = (const char *const *) invocation->operands;
  const char *what = operands[1] != NULL ? operands[1] : "list";
  DroverMachine *machine = find_sound_machine (invocation, error);

  if (machine == NULL)
    return FALSE;
  if (g_str_equal (what, "list") && (operands[1] == NULL || operands[2] == NULL))
    {
      list_shares (drover_machine_get_document (machine));
      return TRUE;
    }
  if (g_str_equal (what, "add") && operands[2] != NULL)
    return add_share (machine, operands[2], error);
  if (g_str_equal (what, "remove") && operands[2] != NULL)
    return remove_share (machine, operands[2], error);

  if (g_str_equal (what, "sandbox") && operands[2] != NULL && operands[3] != NULL)
    return save (machine,
                 drover_share_set_sandbox (drover_machine_get_document (machine), operands[2],
                                           operands[3], error),
                 error);

  return refuse_usage (error, _("It is share MACHINE list, add FOLDER, remove TAG or sandbox TAG "
                                "namespace|chroot|none"));
}

const Command share_command = {
  "share", "MACHINE [list|add FOLDER|remove TAG|sandbox TAG HOW]",
  N_("List a machine’s shared folders and how to mount them, add or remove one"), 1, share_options,
  run_share, 3,
  N_("virtiofsd locks itself into the folder by a namespace. Where that is forbidden, “sandbox TAG "
     "none”\nlets it do without, and “sandbox TAG chroot” is a way for root."),
};

/* passt */

static gboolean option_off;

static const GOptionEntry passt_options[] = {
  { "off", 0, 0, G_OPTION_ARG_NONE, &option_off, N_("Back to user-mode networking"), NULL },
  { NULL },
};

static int
find_backend (DroverMachine *machine, const char *id, GError **error)
{
  GPtrArray *arguments =
    drover_document_get_arguments (drover_machine_get_document (machine));
  g_autoptr (DroverPart) part = drover_parts_find (arguments, id);

  if (part != NULL && g_str_equal (part->kind, DROVER_PART_CARD) && part->scope.back >= 0)
    return part->scope.back;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The machine has no network card called “%s”; “droverctl parts” lists what it has"),
               id);
  return -1;
}

static gboolean
run_passt (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_sound_machine (invocation, error);
  const char *const *forwards = (const char *const *) invocation->operands + 2;
  g_autoptr (DroverDocument) changed = NULL;
  int backend;

  if (machine == NULL || (backend = find_backend (machine, invocation->operands[1], error)) < 0)
    return FALSE;

  changed = drover_document_ref (drover_machine_get_document (machine));
  if (option_off)
    return save (machine, drover_passt_remove (changed, backend, error), error);

  if (!drover_passt_is_backend (changed, backend))
    {
      DroverDocument *passt = drover_passt_apply (changed, backend, error);

      if (passt == NULL)
        return FALSE;
      drover_document_unref (changed);
      changed = passt;
    }
  return save (machine, *forwards != NULL
                 ? drover_passt_set_forwards (changed, backend, forwards, error)
                 : drover_document_ref (changed), error);
}

const Command passt_command = {
  "passt", "MACHINE CARD [FORWARD…]",
  N_("Connect a network card through passt, which Drover runs"), 2, passt_options, run_passt,
  G_MAXUINT,
  N_("FORWARD is as in QEMU’s hostfwd=: tcp:127.0.0.1:2222-:22. Those of user-mode networking are\n"
     "kept when none is given."),
};
