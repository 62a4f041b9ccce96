/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-details.h"
#include "drover-device-tree-page.h"
#include "drover-dex.h"
#include "drover-hot.h"

/* What is in a running machine, as QEMU has it now. It is asked when somebody looks, when a device
 * went or came, and when the button says so; never by a clock. */
struct _DroverDeviceTreePage
{
  AdwBin parent_instance;

  DroverRun *run;
  DroverDeviceNode *root; /* (nullable) */
  guint load;             /* number of the load whose result counts */
  gboolean stale;
  gboolean live; /* what the page was last told */

  GtkDropDown *views;
  GtkSearchEntry *search;
  GtkWidget *reload;
  GtkWidget *back;
  GtkStack *stack;
  AdwStatusPage *status;
  GtkListView *list;
  AdwNavigationSplitView *split;
  DroverDeviceDetails *details;
};

G_DEFINE_FINAL_TYPE (DroverDeviceTreePage, drover_device_tree_page, ADW_TYPE_BIN)

static void
show_status (DroverDeviceTreePage *self, const char *title, const char *description)
{
  g_autofree char *markup = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, markup);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

/* Children */

static GListModel *
create_children_cb (gpointer item, gpointer user_data)
{
  DroverDeviceNode *node = item;
  DroverDeviceTreePage *self = user_data;

  if (!drover_device_node_may_have_children (node))
    return NULL;

  /* Of QEMU's objects each level is asked for when it is opened. */
  if (self->run != NULL)
    drover_dex_forget (drover_device_node_load_children (node, self->run, FALSE));
  return g_object_ref (drover_device_node_get_children (node));
}

static void
collect_matches (DroverDeviceNode *node, const char *text, GListStore *found)
{
  GListModel *children = drover_device_node_get_children (node);

  for (guint i = 0; i < g_list_model_get_n_items (children); i++)
    {
      g_autoptr (DroverDeviceNode) child = g_list_model_get_item (children, i);

      if (drover_device_node_matches (child, text))
        g_list_store_append (found, child);
      collect_matches (child, text, found);
    }
}

static DroverDeviceNode *
dup_node (gpointer item)
{
  return GTK_IS_TREE_LIST_ROW (item) ? gtk_tree_list_row_get_item (item) : g_object_ref (item);
}

static void
selection_cb (DroverDeviceTreePage *self)
{
  GtkSingleSelection *selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (self->list));
  gpointer item = gtk_single_selection_get_selected_item (selection);
  g_autoptr (DroverDeviceNode) node = item != NULL ? dup_node (item) : NULL;

  drover_device_details_show (self->details, node);
}

static void
activate_cb (DroverDeviceTreePage *self)
{
  adw_navigation_split_view_set_show_content (self->split, TRUE);
}

static void
set_model (DroverDeviceTreePage *self, GListModel *model)
{
  GtkSingleSelection *selection = gtk_single_selection_new (model);

  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_selected (selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_object (selection, "notify::selected-item", G_CALLBACK (selection_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  drover_device_details_show (self->details, NULL);
}

static void
show_tree (DroverDeviceTreePage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  if (self->root == NULL)
    return;

  if (*text != '\0')
    {
      GListStore *found = g_list_store_new (DROVER_TYPE_DEVICE_NODE);

      collect_matches (self->root, text, found);
      if (g_list_model_get_n_items (G_LIST_MODEL (found)) == 0)
        show_status (self, _("Nothing Found"), _("Nothing here has this in its name, type or "
                                                 "path."));
      else
        gtk_stack_set_visible_child_name (self->stack, "tree");
      set_model (self, G_LIST_MODEL (found));
      return;
    }

  set_model (self, G_LIST_MODEL (gtk_tree_list_model_new (
                     g_object_ref (drover_device_node_get_children (self->root)), FALSE,
                     gtk_drop_down_get_selected (self->views) != DROVER_DEVICE_VIEW_OBJECTS,
                     create_children_cb, self, NULL)));
  if (g_list_model_get_n_items (drover_device_node_get_children (self->root)) == 0)
    show_status (self, _("There Are None"), _("This machine has nothing of this kind."));
  else
    gtk_stack_set_visible_child_name (self->stack, "tree");
}

/* Loading */

typedef struct
{
  DroverDeviceTreePage *self;
  guint number;
  DroverDeviceView view;
} Load;

static void
load_free (gpointer data)
{
  g_object_unref (((Load *) data)->self);
  g_free (data);
}

static DexFuture *
load_fiber (gpointer user_data)
{
  Load *load = user_data;
  DroverDeviceTreePage *self = load->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDeviceNode) root =
    dex_await_object (drover_device_tree_load (self->run, load->view), &error);

  if (self->list == NULL || load->number != self->load)
    return dex_future_new_true ();

  g_set_object (&self->root, root);
  if (root != NULL)
    show_tree (self);
  else
    show_status (self, _("QEMU Does Not Tell"), error->message);
  return dex_future_new_true ();
}

static void
load_tree (DroverDeviceTreePage *self)
{
  Load *load;

  self->load++;
  self->stale = FALSE;
  gtk_widget_set_sensitive (self->reload, drover_run_is_live (self->run));
  if (!drover_run_is_live (self->run))
    {
      g_clear_object (&self->root);
      gtk_list_view_set_model (self->list, NULL);
      drover_device_details_show (self->details, NULL);
      show_status (self, _("The Machine Is Off"),
                   _("While it is on, this shows every device that is in it, and which argument "
                     "made it."));
      return;
    }

  load = g_new0 (Load, 1);
  load->self = g_object_ref (self);
  load->number = self->load;
  load->view = gtk_drop_down_get_selected (self->views);
  drover_dex_forget (drover_dex_spawn (load_fiber, load, load_free));
}

/* Who does not look needs nothing. */
static void
outdate (DroverDeviceTreePage *self)
{
  self->stale = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    load_tree (self);
}

/* A guest that is paused has the same devices. */
static void
state_cb (DroverDeviceTreePage *self)
{
  gboolean live = drover_run_is_live (self->run);

  if (live == self->live)
    return;
  self->live = live;
  outdate (self);
}

static void
map_cb (DroverDeviceTreePage *self)
{
  if (self->stale)
    load_tree (self);
}

static void
event_cb (DroverDeviceTreePage *self, const char *name)
{
  if (g_str_has_prefix (name, "DEVICE_") || g_str_has_prefix (name, "ACPI_DEVICE_"))
    outdate (self);
}

static DexFuture *
search_fiber (gpointer user_data)
{
  Load *load = user_data;
  DroverDeviceTreePage *self = load->self;
  g_autoptr (DroverDeviceNode) root = g_object_ref (self->root);

  dex_await (drover_device_node_load_children (root, self->run, TRUE), NULL);
  if (self->list != NULL && load->number == self->load)
    show_tree (self);
  return dex_future_new_true ();
}

/* What has not been asked for cannot be found. */
static void
search_cb (DroverDeviceTreePage *self)
{
  Load *load;

  if (self->root == NULL)
    return;
  if (gtk_drop_down_get_selected (self->views) != DROVER_DEVICE_VIEW_OBJECTS ||
      *gtk_editable_get_text (GTK_EDITABLE (self->search)) == '\0' ||
      !drover_run_is_live (self->run))
    {
      show_tree (self);
      return;
    }

  load = g_new0 (Load, 1);
  load->self = g_object_ref (self);
  load->number = self->load;
  drover_dex_forget (drover_dex_spawn (search_fiber, load, load_free));
}

/* Rows */

static const char *
get_origin_icon (DroverDeviceNode *node)
{
  switch (drover_device_node_get_origin (node))
    {
    case DROVER_DEVICE_ORIGIN_ARGUMENT:
      return "utilities-terminal-symbolic";
    case DROVER_DEVICE_ORIGIN_LATER:
      return "list-add-symbolic";
    case DROVER_DEVICE_ORIGIN_BOARD:
    default:
      return NULL;
    }
}

static const char *
get_origin_words (DroverDeviceNode *node)
{
  switch (drover_device_node_get_origin (node))
    {
    case DROVER_DEVICE_ORIGIN_ARGUMENT:
      return _("Made by an argument");
    case DROVER_DEVICE_ORIGIN_LATER:
      return _("Added while the machine runs");
    case DROVER_DEVICE_ORIGIN_BOARD:
    default:
      return _("Made by the machine itself");
    }
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkWidget *expander = gtk_tree_expander_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);
  GtkWidget *icon = gtk_image_new ();

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_ellipsize (GTK_LABEL (detail), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (detail, "caption");
  gtk_widget_add_css_class (detail, "dimmed");
  gtk_widget_add_css_class (icon, "dimmed");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), detail);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), box);
  gtk_list_item_set_child (item, expander);
}

static char *
dup_detail (DroverDeviceNode *node)
{
  const char *name = drover_device_node_get_name (node);
  const char *type = drover_device_node_get_type_name (node);
  const char *detail = drover_device_node_get_detail (node);

  if (type != NULL && g_str_equal (type, name))
    type = NULL;
  if (type != NULL && detail != NULL)
    return g_strdup_printf ("%s · %s", type, detail);
  return g_strdup (type != NULL ? type : detail != NULL ? detail : "");
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkTreeExpander *expander = GTK_TREE_EXPANDER (gtk_list_item_get_child (item));
  gpointer object = gtk_list_item_get_item (item);
  g_autoptr (DroverDeviceNode) node = dup_node (object);
  GtkWidget *texts = gtk_widget_get_first_child (gtk_tree_expander_get_child (expander));
  GtkWidget *name = gtk_widget_get_first_child (texts);
  GtkWidget *detail = gtk_widget_get_next_sibling (name);
  GtkWidget *icon = gtk_widget_get_next_sibling (texts);
  g_autofree char *text = dup_detail (node);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", text, get_origin_words (node));

  gtk_tree_expander_set_list_row (expander, GTK_IS_TREE_LIST_ROW (object) ? object : NULL);
  gtk_label_set_label (GTK_LABEL (name), drover_device_node_get_name (node));
  gtk_label_set_label (GTK_LABEL (detail), text);
  gtk_widget_set_visible (detail, *text != '\0');
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), get_origin_icon (node));
  gtk_widget_set_visible (icon, get_origin_icon (node) != NULL);
  gtk_widget_set_tooltip_text (icon, get_origin_words (node));
  if (drover_device_node_is_bus (node))
    gtk_widget_add_css_class (name, "dimmed");
  else
    gtk_widget_remove_css_class (name, "dimmed");
  gtk_list_item_set_accessible_label (item, drover_device_node_get_name (node));
  gtk_list_item_set_accessible_description (item, spoken);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (gtk_list_item_get_child (item)), NULL);
}

static void
back_cb (DroverDeviceTreePage *self)
{
  adw_navigation_split_view_set_show_content (self->split, FALSE);
}

static void
drover_device_tree_page_dispose (GObject *object)
{
  DroverDeviceTreePage *self = DROVER_DEVICE_TREE_PAGE (object);

  if (self->list != NULL)
    gtk_list_view_set_model (self->list, NULL);
  self->list = NULL;
  g_clear_object (&self->root);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_device_tree_page_parent_class)->dispose (object);
}

static void
drover_device_tree_page_class_init (DroverDeviceTreePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_device_tree_page_dispose;
}

static void
set_name (GtkWidget *widget, const char *name)
{
  gtk_widget_set_tooltip_text (widget, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
new_bar (DroverDeviceTreePage *self)
{
  const char *const names[] = { _("Buses"), _("PCI"), _("USB"), _("All Objects"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->views = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (names));
  set_name (GTK_WIDGET (self->views), _("What to Show"));
  self->search = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  gtk_search_entry_set_placeholder_text (self->search, _("Search devices"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Search devices"), -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->search), TRUE);
  /* An entry asks for more room than a phone has beside the other two. */
  gtk_editable_set_width_chars (GTK_EDITABLE (self->search), 8);
  self->reload = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  set_name (self->reload, _("Ask QEMU Again"));
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->views));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->search));
  gtk_box_append (GTK_BOX (box), self->reload);
  g_signal_connect_swapped (self->views, "notify::selected", G_CALLBACK (outdate), self);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (search_cb), self);
  g_signal_connect_swapped (self->reload, "clicked", G_CALLBACK (load_tree), self);
  return box;
}

static GtkWidget *
new_tree (DroverDeviceTreePage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  self->list = GTK_LIST_VIEW (gtk_list_view_new (NULL, g_steal_pointer (&factory)));
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Devices of the running machine"), -1);
  gtk_list_view_set_single_click_activate (self->list, FALSE);
  g_signal_connect_swapped (self->list, "activate", G_CALLBACK (activate_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->list));
  return scrolled;
}

static void
build (DroverDeviceTreePage *self)
{
  GtkWidget *bin = adw_breakpoint_bin_new ();
  AdwBreakpoint *breakpoint =
    adw_breakpoint_new (adw_breakpoint_condition_parse ("max-width: 640sp"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->split = ADW_NAVIGATION_SPLIT_VIEW (adw_navigation_split_view_new ());
  adw_navigation_split_view_set_min_sidebar_width (self->split, 260);
  adw_navigation_split_view_set_max_sidebar_width (self->split, 460);
  adw_navigation_split_view_set_sidebar_width_fraction (self->split, 0.45);
  self->details = DROVER_DEVICE_DETAILS (drover_device_details_new (self->run));
  gtk_widget_set_vexpand (GTK_WIDGET (self->details), TRUE);
  self->back = gtk_button_new_from_icon_name ("go-previous-symbolic");
  set_name (self->back, _("Back to the Devices"));
  gtk_widget_set_halign (self->back, GTK_ALIGN_START);
  gtk_widget_set_margin_start (self->back, 6);
  gtk_widget_add_css_class (self->back, "flat");
  g_signal_connect_swapped (self->back, "clicked", G_CALLBACK (back_cb), self);
  g_object_bind_property (self->split, "collapsed", self->back, "visible", G_BINDING_SYNC_CREATE);
  gtk_box_append (GTK_BOX (content), self->back);
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (self->details));
  gtk_box_append (GTK_BOX (side), new_tree (self));
  gtk_widget_set_vexpand (gtk_widget_get_first_child (side), TRUE);
  g_object_bind_property (self->split, "collapsed", self->list, "single-click-activate",
                          G_BINDING_SYNC_CREATE);
  adw_navigation_split_view_set_sidebar (self->split,
                                         adw_navigation_page_new (side, _("Devices")));
  adw_navigation_split_view_set_content (self->split,
                                         adw_navigation_page_new (content, _("Device")));

  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  self->status = ADW_STATUS_PAGE (adw_status_page_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->status), "compact");
  adw_status_page_set_icon_name (self->status, "computer-symbolic");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->status), "status");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->split), "tree");

  gtk_box_append (GTK_BOX (box), new_bar (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));
  adw_breakpoint_add_setters (breakpoint, G_OBJECT (self->split), "collapsed", TRUE, NULL);
  adw_breakpoint_bin_add_breakpoint (ADW_BREAKPOINT_BIN (bin), breakpoint);
  gtk_widget_set_size_request (bin, 300, 200);
  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (bin), box);
  adw_bin_set_child (ADW_BIN (self), bin);
}

static void
drover_device_tree_page_init (DroverDeviceTreePage *self)
{
  self->stale = TRUE;
}

/**
 * drover_device_tree_page_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): what is in it while it runs
 */
GtkWidget *
drover_device_tree_page_new (DroverRun *run)
{
  DroverDeviceTreePage *self = g_object_new (DROVER_TYPE_DEVICE_TREE_PAGE, NULL);

  self->run = g_object_ref (run);
  self->live = drover_run_is_live (run);
  build (self);
  g_signal_connect (self, "map", G_CALLBACK (map_cb), NULL);
  g_signal_connect_object (run, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_hot_get_for_run (run), "device-added", G_CALLBACK (outdate),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
