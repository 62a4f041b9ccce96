/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

/**
 * DroverTemplateMedium:
 * @id: the medium's name in the template: `{media.ID}` in arguments is its path
 * @kind: `disk` (the image that the machine's own disk is made from), `iso`, `file` (a kernel, a
 *   floppy image …), `debian-installer` (kernel and RAM disk of Debian's installer, see
 *   #DroverKernelJob) or `data` (its bytes are in the template)
 * @title: what it is, in the user's language
 * @architecture: (nullable): for which architecture it is; %NULL for all of the template's
 * @name: (nullable): the name of the file, or a pattern with `*` and `?`
 * @addresses: (nullable): where it is, best first; one that ends with `/` is a folder that has
 *   the file
 * @checksums: (nullable): address of the publisher's list of checksums
 * @signature: (nullable): address of the signature. In both, `{name}` is the file's name.
 * @form: (nullable): what the signature is of: `of-checksums`, `of-file` or
 *   `within-checksums`
 * @key: (nullable): name of the pinned key that must have signed
 * @sha256: (nullable): the checksum, where the template itself knows it
 * @page: (nullable): a page for people, where the file can be had by hand
 * @note: (nullable): a sentence about it, in the user's language
 * @optional: whether the machine can be made without it
 * @data: (nullable): the bytes, of the kind `data`
 * @kernel: (nullable): path of a kernel within an ISO, to be taken out for `{kernel}`
 * @initrd: (nullable): path of its initial RAM disk within, for `{initrd}`
 *
 * One thing that a machine is made from. Its members are those of a #DroverDownloadRequest where
 * both have them. A file is believed only after checking.
 */
typedef struct
{
  char *id;
  char *kind;
  char *title;
  char *architecture;
  char *name;
  GStrv addresses;
  char *checksums;
  char *signature;
  char *form;
  char *key;
  char *sha256;
  char *page;
  char *note;
  gboolean optional;
  GBytes *data;
  char *kernel;
  char *initrd;
} DroverTemplateMedium;

/**
 * DroverTemplateHost:
 * @architecture: of the guest, in QEMU's words: what follows `qemu-system-`
 * @program: (nullable): the QEMU program; %NULL for `qemu-system-ARCHITECTURE`
 * @accelerator: `kvm`, `hvf`, `tcg` … : what the machine will run with
 * @os: (nullable): `linux` or `macos`; %NULL for the one this runs on
 * @memory: of the host, in bytes; 0 when unknown
 * @cpus: of the host; 0 when unknown
 * @cpu_features: (nullable): names of the processor's features that QEMU offers with this
 *   accelerator, as `query-cpu-model-expansion` has them: what is not in it is not asked for
 *
 * What a template's choices are made by.
 */
typedef struct
{
  const char *architecture;
  const char *program;
  const char *accelerator;
  const char *os;
  guint64 memory;
  guint cpus;
  const char *const *cpu_features;
} DroverTemplateHost;

/**
 * DroverTemplateChoices:
 * @name: (nullable): the machine's name; %NULL for the template's title
 * @memory: in bytes; 0 for what drover_template_suggest_memory() says
 * @cpus: number of processors; 0 for what drover_template_suggest_cpus() says
 * @disk: (nullable): the disk's file name; %NULL for `disk.qcow2`
 * @media: (nullable) (element-type utf8 utf8): path of each medium, by its id. Relative ones are
 *   in the machine's folder.
 * @kernel: (nullable): path of the kernel that is started, where the template has `{kernel}`
 * @initrd: (nullable): path of its initial RAM disk
 * @seed: (nullable): path of the medium with the answers
 * @unattended: whether the guest is installed or set up by answers that are given now
 * @firmware: (nullable): kind of the firmware; %NULL for the first of
 *   drover_template_dup_firmwares()
 * @display: whether the guest gets a screen; otherwise a serial console
 * @ssh_port: of this computer, forwarded to the guest's SSH server; 0 for none
 * @user: (nullable): who the answers make an account for; kept as `install.user`
 *
 * What the user chose. Begin with %DROVER_TEMPLATE_CHOICES_INIT.
 */
typedef struct
{
  const char *name;
  guint64 memory;
  guint cpus;
  const char *disk;
  GHashTable *media;
  const char *kernel;
  const char *initrd;
  const char *seed;
  gboolean unattended;
  const char *firmware;
  gboolean display;
  guint16 ssh_port;
  const char *user;
} DroverTemplateChoices;

#define DROVER_TYPE_TEMPLATE (drover_template_get_type ())

/**
 * DroverTemplate:
 *
 * A recipe for machines of one kind, as a file in data/templates says it, in the user's
 * language. Immutable and reference counted.
 */
typedef struct _DroverTemplate DroverTemplate;

GType           drover_template_get_type          (void) G_GNUC_CONST;
DroverTemplate *drover_template_parse             (const char *text, gssize length,
                                                   GError **error);
DroverTemplate *drover_template_load              (const char *path, GError **error);
DroverTemplate *drover_template_ref               (DroverTemplate *self);
void            drover_template_unref             (DroverTemplate *self);

const char        *drover_template_get_id            (DroverTemplate *self);
const char        *drover_template_get_title         (DroverTemplate *self);
const char        *drover_template_get_summary       (DroverTemplate *self);
const char        *drover_template_get_description   (DroverTemplate *self);
const char        *drover_template_get_category      (DroverTemplate *self);
const char        *drover_template_get_os            (DroverTemplate *self);
const char *const *drover_template_get_architectures (DroverTemplate *self);
gboolean           drover_template_has_architecture  (DroverTemplate *self,
                                                      const char *architecture);
guint64            drover_template_get_least_memory  (DroverTemplate *self);
guint64            drover_template_get_memory        (DroverTemplate *self);
guint64            drover_template_get_most_memory   (DroverTemplate *self);
guint              drover_template_get_least_cpus    (DroverTemplate *self);
guint              drover_template_get_cpus          (DroverTemplate *self);
guint              drover_template_get_most_cpus     (DroverTemplate *self);
guint64            drover_template_get_least_disk    (DroverTemplate *self);
guint64            drover_template_get_disk          (DroverTemplate *self);
const char        *drover_template_get_unattended    (DroverTemplate *self);
const char        *drover_template_get_press_key     (DroverTemplate *self);
const char        *drover_template_get_tpm           (DroverTemplate *self);
gboolean           drover_template_takes_ssh_port    (DroverTemplate *self);
GStrv              drover_template_dup_firmwares     (DroverTemplate *self,
                                                      const char *architecture);
const char        *drover_template_get_firmware      (DroverTemplate *self,
                                                      const char *architecture);
GPtrArray         *drover_template_list_media        (DroverTemplate *self,
                                                      const char *architecture);
const DroverTemplateMedium *
                   drover_template_find_medium       (DroverTemplate *self, const char *id,
                                                      const char *architecture);
gboolean           drover_template_is_bundled        (DroverTemplate *self);
const char        *drover_template_get_path          (DroverTemplate *self);
char              *drover_template_to_text           (DroverTemplate *self);

guint64 drover_template_suggest_memory (DroverTemplate *self, const DroverTemplateHost *host);
guint   drover_template_suggest_cpus   (DroverTemplate *self, const DroverTemplateHost *host);

#define DROVER_TEMPLATE_CHOICES_INIT { .display = TRUE }

gboolean        drover_template_check_sizes   (DroverTemplate *self, guint64 memory, guint cpus,
                                               guint64 disk, GError **error);
DroverDocument *drover_template_make_document (DroverTemplate *self,
                                               const DroverTemplateHost *host,
                                               const DroverTemplateChoices *choices,
                                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverTemplate, drover_template_unref)

G_END_DECLS
