/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-diff-dialog.h"
#include "drover-part-actions.h"

/* What can be done to a part of any kind. Each asks first, and looks the part up again when the
 * answer comes: the machine may have changed meanwhile. */

static const struct
{
  const char *kind;
  const char *label; /* for the undo menu */
  const char *question;
  const char *body;
} removals[] = {
  { DROVER_PART_DISK, N_("Remove disk"), N_("Remove This Disk?"),
    N_("The machine forgets it. The image file stays on disk.") },
  { DROVER_PART_CARD, N_("Remove card"), N_("Remove This Network Card?"),
    N_("The guest loses this connection at the next start.") },
  { DROVER_PART_SOUND, N_("Remove sound device"), N_("Remove This Sound Device?"),
    N_("The guest loses it at the next start.") },
  { DROVER_PART_SHARE, N_("Remove shared folder"), N_("Remove This Shared Folder?"),
    N_("The guest no longer sees it. The folder stays as it is.") },
  { DROVER_PART_OBJECT, N_("Remove object"), N_("Remove This Object?"),
    N_("QEMU no longer makes it at the next start.") },
  { DROVER_PART_CHARACTER, N_("Remove character device"), N_("Remove This Character Device?"),
    N_("QEMU no longer makes it at the next start.") },
  { DROVER_PART_NUMA, N_("Remove NUMA setting"), N_("Remove This NUMA Setting?"),
    N_("It no longer counts at the next start.") },
  { DROVER_PART_DEVICE, N_("Remove device"), N_("Remove This Device?"),
    N_("The guest loses it at the next start.") },
};

typedef struct
{
  DroverConfig *config;
  char *id;
  GtkCheckButton *other_half;
} Request;

static Request *
request_new (DroverConfig *config, const char *id)
{
  Request *request = g_new0 (Request, 1);

  request->config = g_object_ref (config);
  request->id = g_strdup (id);
  return request;
}

static void
request_free (Request *request)
{
  g_clear_object (&request->config);
  g_clear_pointer (&request->id, g_free);
  g_free (request);
}

static void
request_closure_free (gpointer data, GClosure *closure)
{
  request_free (data);
}

static DroverPart *
find_part (DroverConfig *config, const char *id)
{
  GPtrArray *arguments = drover_config_get_arguments (config);

  return arguments != NULL ? drover_parts_find (arguments, id) : NULL;
}

static guint
find_removal (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (removals); i++)
    if (g_str_equal (removals[i].kind, kind))
      return i;

  return G_N_ELEMENTS (removals) - 1;
}

/* Whether the guest that runs has the part: what becomes of it there is another matter than what
 * is saved. Returns: (nullable) (transfer full): a sentence */
static char *
dup_fate (DroverConfig *config, const DroverPart *part)
{
  DroverHot *hot = drover_config_get_hot (config);
  DroverHotPlan *plan = hot != NULL ? drover_hot_get_plan (hot) : NULL;
  int before = plan != NULL && part->scope.front >= 0 &&
                   part->scope.front < (int) plan->origins->len
                 ? g_array_index (plan->origins, int, part->scope.front) : -1;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverHotPlan) next = NULL;

  if (before < 0)
    return NULL;

  arguments = drover_part_remove (drover_config_get_arguments (config), part, TRUE);
  next = drover_hot_plan_new (
    plan->before, arguments,
    drover_document_get_program (drover_editor_get_document (drover_config_get_editor (config))));
  for (guint i = 0; i < next->steps->len; i++)
    {
      const DroverHotStep *step = next->steps->pdata[i];

      if (step->before->len == 0 || g_array_index (step->before, int, 0) != before)
        continue;
      if (step->kind == DROVER_HOT_REMOVE && step->when == DROVER_HOT_ON_DEMAND)
        return g_strdup (_("The running guest keeps it until you choose “Remove Now” under “Show…”, "
                           "or until the next start."));
      if (step->kind == DROVER_HOT_MEDIUM)
        return g_strdup (_("The medium is ejected from the running machine at once."));
      return g_strdup_printf (_("The running guest keeps it until the next start. %s"),
                              step->reason);
    }

  return NULL;
}

static void
remove_cb (AdwAlertDialog *dialog, const char *response, Request *request)
{
  g_autoptr (DroverPart) part = find_part (request->config, request->id);
  gboolean other_half =
    request->other_half != NULL && gtk_check_button_get_active (request->other_half);
  g_autoptr (GPtrArray) arguments = NULL;

  if (!g_str_equal (response, "remove") || part == NULL)
    return;

  arguments =
    drover_part_remove (drover_config_get_arguments (request->config), part, other_half);
  drover_config_apply (request->config, arguments, _(removals[find_removal (part->kind)].label),
                       NULL);
}

/* What goes: only the front, or what stands behind it, too. */
static void
show_removal (Request *request, GtkWidget *diff)
{
  g_autoptr (DroverPart) part = find_part (request->config, request->id);
  GPtrArray *before = drover_config_get_arguments (request->config);
  g_autoptr (GPtrArray) after = NULL;

  if (part == NULL)
    return;

  after = drover_part_remove (before, part,
                              request->other_half != NULL &&
                                gtk_check_button_get_active (request->other_half));
  drover_diff_view_show (diff, before, after, 0);
}

static void
toggled_cb (GtkCheckButton *button, GtkWidget *diff)
{
  show_removal (g_object_get_data (G_OBJECT (button), "request"), diff);
}

/* Whether there is more to remove than its front. */
static gboolean
has_other_half (GPtrArray *arguments, const DroverPart *part)
{
  g_autoptr (GPtrArray) front = drover_part_remove (arguments, part, FALSE);
  g_autoptr (GPtrArray) both = drover_part_remove (arguments, part, TRUE);

  return both->len < front->len;
}

static GtkWidget *
make_details (Request *request, GPtrArray *arguments, const DroverPart *part)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *diff = drover_diff_view_new ();

  if (has_other_half (arguments, part))
    {
      GtkWidget *button = gtk_check_button_new_with_mnemonic (_("Remove the _other half, too"));

      request->other_half = GTK_CHECK_BUTTON (button);
      gtk_check_button_set_active (request->other_half, TRUE);
      g_object_set_data (G_OBJECT (button), "request", request);
      g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), diff,
                               G_CONNECT_DEFAULT);
      gtk_box_append (GTK_BOX (box), button);
    }
  show_removal (request, diff);
  gtk_box_append (GTK_BOX (box), diff);
  return box;
}

static guint
count_uses (GPtrArray *arguments, const DroverPart *part)
{
  g_autoptr (GArray) uses =
    part->scope.front >= 0 ? drover_arguments_list_uses (arguments, part->scope.front) : NULL;

  return uses != NULL ? uses->len : 0;
}

/**
 * drover_part_actions_remove:
 * @parent: a widget of the window
 * @id: of the part
 *
 * Asks whether the part is to go, and whether its other half goes with it.
 */
void
drover_part_actions_remove (GtkWidget *parent, DroverConfig *config, const char *id)
{
  g_autoptr (DroverPart) part = find_part (config, id);
  GPtrArray *arguments = drover_config_get_arguments (config);
  guint removal, n_uses;
  g_autofree char *fate = part != NULL ? dup_fate (config, part) : NULL;
  AdwAlertDialog *dialog;
  Request *request;

  if (part == NULL)
    return;

  removal = find_removal (part->kind);
  n_uses = count_uses (arguments, part);
  request = request_new (config, id);
  dialog = ADW_ALERT_DIALOG (
    adw_alert_dialog_new (_(removals[removal].question), _(removals[removal].body)));
  if (fate != NULL)
    {
      /* What happens to a file or folder on this computer is told in any case. */
      g_autofree char *body =
        g_str_equal (part->kind, DROVER_PART_DISK) || g_str_equal (part->kind, DROVER_PART_SHARE)
          ? g_strconcat (_(removals[removal].body), "\n", fate, NULL) : g_strdup (fate);

      adw_alert_dialog_set_body (dialog, body);
    }
  if (n_uses > 0)
    adw_alert_dialog_format_body (
      dialog,
      ngettext ("%u other argument speaks of it, and QEMU will not start until that is changed.",
                "%u other arguments speak of it, and QEMU will not start until they are changed.",
                n_uses),
      n_uses);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_extra_child (dialog, make_details (request, arguments, part));
  g_signal_connect_data (dialog, "response", G_CALLBACK (remove_cb), request,
                         request_closure_free, G_CONNECT_DEFAULT);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

static void
say (GtkWidget *parent, const char *message)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("It Cannot Be Modernised"), message);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, parent);
}

/**
 * drover_part_actions_modernise_argument:
 * @parent: a widget of the window
 * @argument: index of an argument in an older spelling
 *
 * Shows what it would be in today's form, and rewrites it once the user says so.
 */
void
drover_part_actions_modernise_argument (GtkWidget *parent, DroverConfig *config, guint argument)
{
  GPtrArray *arguments = drover_config_get_arguments (config);
  DroverEditor *editor = drover_config_get_editor (config);
  g_autofree char *description = drover_part_describe_modern (arguments, argument);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) modern = drover_arguments_modernise_in (
    arguments, drover_document_get_program (drover_editor_get_document (editor)),
    drover_machine_get_directory (drover_editor_get_machine (editor)), argument, &error);

  if (modern == NULL)
    say (parent, error->message);
  else
    drover_diff_dialog_ask (parent, config, _("Modernise"), description, modern,
                            _("_Modernise"), _("Modernise"));
}

/**
 * drover_part_actions_modernise:
 * @parent: a widget of the window
 * @id: of a part in an older spelling
 *
 * drover_part_actions_modernise_argument() for the argument that makes the part.
 */
void
drover_part_actions_modernise (GtkWidget *parent, DroverConfig *config, const char *id)
{
  g_autoptr (DroverPart) part = find_part (config, id);

  if (part != NULL)
    drover_part_actions_modernise_argument (
      parent, config, part->scope.front >= 0 ? part->scope.front : part->scope.back);
}
