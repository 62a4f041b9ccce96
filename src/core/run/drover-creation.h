/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-downloads.h"
#include "drover-library.h"
#include "drover-template.h"
#include "drover-unattended.h"

G_BEGIN_DECLS

/* Instead of a path: a download, and nothing even where there is one. No file is called so. */
#define DROVER_CREATION_DOWNLOAD ""
#define DROVER_CREATION_WITHOUT "/"

#define DROVER_TYPE_CREATION_CHOICES (drover_creation_choices_get_type ())

/**
 * DroverCreationChoices:
 * @name: (nullable): the machine's name; %NULL for a free one made of the template's title
 * @architecture: (nullable): in QEMU's words; %NULL for this computer's, or the first that the
 *   template has
 * @program: (nullable): the QEMU program; %NULL for `qemu-system-ARCHITECTURE`
 * @memory: in bytes; 0 for what the template suggests for this computer
 * @cpus: number of processors; 0 for what the template suggests
 * @disk: size of the disk in bytes; 0 for what the template suggests
 * @media: (element-type utf8 utf8): path of a file by the id of the template's medium; what is
 *   not in it is taken from the shared library or downloaded. Of what the machine can be made
 *   without, also %DROVER_CREATION_DOWNLOAD and %DROVER_CREATION_WITHOUT
 * @download: whether what is nowhere may be downloaded
 * @firmware: (nullable): kind of the firmware; %NULL for the template's first that is there
 * @display: whether the guest gets a screen; otherwise a serial console
 * @answers: (nullable): what an unattended installation is told; %NULL to install by hand. Its
 *   `kind`, `architecture` and `uefi` are filled in by the creation.
 * @start_again: whether the machine is started again by itself when it is installed
 * @ssh_port: of this computer, that is to lead to the guest's SSH server; 0 for one that is free
 * @debian_site: (nullable): where Debian's installer comes from; %NULL for Debian's first site
 *
 * What the user chose. All is owned.
 */
typedef struct
{
  char *name;
  char *architecture;
  char *program;
  guint64 memory;
  guint cpus;
  guint64 disk;
  GHashTable *media;
  gboolean download;
  char *firmware;
  gboolean display;
  DroverUnattended *answers;
  gboolean start_again;
  guint ssh_port;
  char *debian_site;
} DroverCreationChoices;

GType                  drover_creation_choices_get_type (void) G_GNUC_CONST;
DroverCreationChoices *drover_creation_choices_new      (void);
DroverCreationChoices *drover_creation_choices_copy     (const DroverCreationChoices *self);
void                   drover_creation_choices_free     (DroverCreationChoices *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCreationChoices, drover_creation_choices_free)

/* Properties: `text` (what is being done, translated), `fraction` (0 to 1, negative when not
 * known). */
#define DROVER_TYPE_CREATION (drover_creation_get_type ())
G_DECLARE_FINAL_TYPE (DroverCreation, drover_creation, DROVER, CREATION, GObject)

DroverCreation    *drover_creation_new          (DroverLibrary               *library,
                                                 DroverDownloads             *downloads,
                                                 DroverTemplate              *template,
                                                 const DroverCreationChoices *choices);
DexFuture         *drover_creation_plan         (DroverCreation              *self)
                                                 G_GNUC_WARN_UNUSED_RESULT;
DexFuture         *drover_creation_run          (DroverCreation              *self)
                                                 G_GNUC_WARN_UNUSED_RESULT;
void               drover_creation_cancel       (DroverCreation              *self);
const char        *drover_creation_get_text     (DroverCreation              *self);
double             drover_creation_get_fraction (DroverCreation              *self);
DroverDocument    *drover_creation_get_document (DroverCreation              *self);
const char *const *drover_creation_get_steps    (DroverCreation              *self);
const char *const *drover_creation_get_notices  (DroverCreation              *self);

DroverDownloadRequest *drover_creation_make_request (const DroverTemplateMedium *medium);

G_END_DECLS
