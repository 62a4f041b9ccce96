/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "drover-draft.h"

struct _DroverDraft
{
  GObject parent_instance;

  DroverLibrary *library;
  DroverDownloads *downloads;
  DroverTemplate *template;
  DroverCreationChoices *choices;
};

G_DEFINE_FINAL_TYPE (DroverDraft, drover_draft, G_TYPE_OBJECT)

static void
drover_draft_finalize (GObject *object)
{
  DroverDraft *self = DROVER_DRAFT (object);

  g_clear_object (&self->library);
  g_clear_object (&self->downloads);
  g_clear_pointer (&self->template, drover_template_unref);
  g_clear_pointer (&self->choices, drover_creation_choices_free);

  G_OBJECT_CLASS (drover_draft_parent_class)->finalize (object);
}

static void
drover_draft_class_init (DroverDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_draft_finalize;
}

static void
drover_draft_init (DroverDraft *self)
{
}

/**
 * drover_draft_get_host_architecture:
 *
 * Returns: (transfer none): this computer's architecture, in QEMU's words
 */
const char *
drover_draft_get_host_architecture (void)
{
  static char *architecture;

  if (g_once_init_enter_pointer (&architecture))
    {
      struct utsname name = { 0 };
      const char *machine = uname (&name) == 0 ? name.machine : "";

      if (g_str_equal (machine, "arm64"))
        machine = "aarch64";
      else if (g_str_equal (machine, "amd64"))
        machine = "x86_64";
      g_once_init_leave_pointer (&architecture, g_strdup (machine));
    }

  return architecture;
}

/**
 * drover_draft_get_host_memory:
 *
 * Returns: how much memory this computer has, in bytes; 0 when it is not known
 */
guint64
drover_draft_get_host_memory (void)
{
  long pages = sysconf (_SC_PHYS_PAGES);
  long page_size = sysconf (_SC_PAGESIZE);

  return pages > 0 && page_size > 0 ? (guint64) pages * page_size : 0;
}

/**
 * drover_draft_new:
 * @library: where the machine is to be made
 * @downloads: what fetches its media
 * @template: what it is made from
 * @debian_site: (nullable): where Debian's installer comes from
 *
 * Returns: (transfer full): a draft with what the template proposes for this computer
 */
DroverDraft *
drover_draft_new (DroverLibrary *library, DroverDownloads *downloads, DroverTemplate *template,
                  const char *debian_site)
{
  DroverDraft *self = g_object_new (DROVER_TYPE_DRAFT, NULL);
  const char *const *architectures = drover_template_get_architectures (template);
  const char *host = drover_draft_get_host_architecture ();
  DroverCreationChoices *choices = drover_creation_choices_new ();
  DroverTemplateHost facts = { 0 };

  self->library = g_object_ref (library);
  self->downloads = g_object_ref (downloads);
  self->template = drover_template_ref (template);
  self->choices = choices;

  g_set_str (&choices->architecture,
             drover_template_has_architecture (template, host) ? host : architectures[0]);
  facts.architecture = choices->architecture;
  facts.accelerator = "tcg";
  facts.memory = drover_draft_get_host_memory ();
  facts.cpus = g_get_num_processors ();
  choices->name = drover_library_dup_free_name (library, drover_template_get_title (template));
  choices->memory = drover_template_suggest_memory (template, &facts);
  choices->cpus = drover_template_suggest_cpus (template, &facts);
  choices->disk = drover_template_get_disk (template);
  choices->download = TRUE;
  choices->start_again = TRUE;
  g_set_str (&choices->debian_site, debian_site);
  if (choices->media == NULL)
    choices->media = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * drover_draft_get_template:
 *
 * Returns: (transfer none): what the machine is made from
 */
DroverTemplate *
drover_draft_get_template (DroverDraft *self)
{
  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);
  return self->template;
}

/**
 * drover_draft_get_choices:
 *
 * Returns: (transfer none): what is chosen so far; to be changed in place
 */
DroverCreationChoices *
drover_draft_get_choices (DroverDraft *self)
{
  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);
  return self->choices;
}

/**
 * drover_draft_get_library:
 *
 * Returns: (transfer none): where the machine is to be made
 */
DroverLibrary *
drover_draft_get_library (DroverDraft *self)
{
  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);
  return self->library;
}

/**
 * drover_draft_get_downloads:
 *
 * Returns: (transfer none): what fetches the media
 */
DroverDownloads *
drover_draft_get_downloads (DroverDraft *self)
{
  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);
  return self->downloads;
}

/**
 * drover_draft_list_media:
 *
 * Returns: (transfer full) (element-type DroverTemplateMedium): what the user can say something
 *   about: all that the chosen architecture needs, but for what the template has in itself and
 *   for Debian's installer, which is fetched anew each time
 */
GPtrArray *
drover_draft_list_media (DroverDraft *self)
{
  GPtrArray *media;

  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);

  media = drover_template_list_media (self->template, self->choices->architecture);
  for (guint i = media->len; i > 0; i--)
    {
      const DroverTemplateMedium *medium = media->pdata[i - 1];

      if (g_str_equal (medium->kind, "data") || g_str_equal (medium->kind, "debian-installer"))
        g_ptr_array_remove_index (media, i - 1);
    }
  return media;
}

/**
 * drover_draft_new_creation:
 *
 * Returns: (transfer full): what plans and makes the machine as it is chosen now
 */
DroverCreation *
drover_draft_new_creation (DroverDraft *self)
{
  g_return_val_if_fail (DROVER_IS_DRAFT (self), NULL);
  return drover_creation_new (self->library, self->downloads, self->template, self->choices);
}
