// The site of README.md and docs/, which `make site` builds with VitePress. The pages are written for
// the forge and stay as they are: their links are made to lead to the site, or back to the forge.
import fs from 'node:fs'
import path from 'node:path'
import { slug } from 'github-slugger' // anchors are those of the forge
import { defineConfig } from 'vitepress'

const root = path.resolve(import.meta.dirname, '../..')
const forge = 'https://github.com/xsale-go/xsale'
const icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1l6 6M7 1L1 7" stroke="#3451b2" stroke-width="2"/></svg>'
// What axe finds fault with in the theme: gray that is too light, and keys that the name of the search
// button lacks.
const css = 'html:root { --vp-code-lang-color: var(--vp-c-text-2) } html .DocSearch .DocSearch-Button-Keys { display: none }'

// The Markdown files with slashes, from the root of the repository, and the pages that they become.
const files = [
  ...fs.readdirSync(root).filter((name) => /^(README.*|CHANGELOG|SECURITY)\.md$/.test(name)),
  ...fs.readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) => 'docs/' + name.replaceAll(path.sep, '/')),
].filter((name) => name.endsWith('.md') && !name.startsWith('docs/.'))
const pages = Object.fromEntries(files.map((file) => [file, file
  .replace(/^README\.(.+)\.md$/, '$1/index.md').replace(/^README\.md$/, 'index.md')
  .replace(/^docs\//, '').replace(/README\.md$/, 'contents.md').toLowerCase()]))

// destination returns where a link of a file leads on the site.
function destination(file, href) {
  if (/^([a-z]+:|#)/.test(href)) return href
  const [, target, anchor] = href.match(/^([^#]*)(.*)$/)
  const name = path.posix.join(path.posix.dirname(file), decodeURI(target)).replace(/\/$/, '')
  if (pages[name]) return '/' + pages[name].replace(/(^|\/)index\.md$/, '$1') + anchor
  return `${forge}/${fs.statSync(path.join(root, name)).isDirectory() ? 'tree' : 'blob'}/main/${name}${anchor}`
}

// forgeLinks rewrites the links of a page. Images of other hosts become their text: whoever reads the
// site sends requests to nobody else.
function forgeLinks(md) {
  md.core.ruler.push('forge-links', ({ tokens, env }) => {
    const file = path.relative(root, env.realPath ?? env.path).replaceAll(path.sep, '/')
    for (const token of tokens.flatMap((token) => token.children ?? [])) {
      if (token.type === 'link_open') token.attrSet('href', destination(file, token.attrGet('href')))
      if (token.type === 'image' && /^https?:/.test(token.attrGet('src'))) token.type = 'text'
    }
  })
}

// plainText keeps Vue from taking {{ in a page for one of its expressions.
function plainText(md) {
  const render = md.render
  md.render = (...page) => render.apply(md, page).replaceAll('{{', '&#123;&#123;')
}

// sidebar lists the start, and the pages of a language in the order in which its contents link them.
function sidebar(contents, start) {
  const links = [...fs.readFileSync(path.join(root, contents), 'utf8').matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)]
    .map(([, text, href]) => ({ text, link: destination(contents, href) }))
    .filter(({ link }) => link.startsWith(start) && link !== start && link.startsWith('/pl/') === (start === '/pl/'))
  return [{ text: 'Start', link: start }, ...links]
}

// vueForPages finds what VitePress makes the pages import: node_modules is not in a directory above
// them.
const vueForPages = {
  name: 'vue-for-pages',
  enforce: 'pre',
  resolveId(id, importer) {
    if (/^vue($|\/)/.test(id) && importer?.endsWith('.md')) {
      return this.resolve(id, path.join(import.meta.dirname, 'package.json'), { skipSelf: true })
    }
  },
}

export default defineConfig({
  title: 'xsale',
  base: '/xsale/',
  srcDir: root,
  srcExclude: ['!(docs)/**/*'],
  outDir: path.join(root, 'dist/site'),
  rewrites: pages,
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks', // of examples
  head: [['link', { rel: 'icon', href: 'data:image/svg+xml,' + encodeURIComponent(icon) }], ['style', {}, css]],
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (md) => [forgeLinks, plainText].forEach((change) => change(md)),
  },
  vue: { template: { compilerOptions: { whitespace: 'preserve' } } }, // a line may end between two links
  vite: { plugins: [vueForPages] },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'A Go client for the xSale REST API, with a sandbox and a command line',
      themeConfig: { sidebar: sidebar('docs/README.md', '/') },
    },
    pl: {
      label: 'Polski',
      lang: 'pl',
      description: 'Klient REST API xSale: biblioteka w Go, piaskownica i program dla wiersza poleceń',
      themeConfig: {
        sidebar: sidebar('docs/pl/README.md', '/pl/'),
        editLink: { pattern: forge + '/edit/main/:path', text: 'Edytuj tę stronę' },
        outline: { level: [2, 3], label: 'Na tej stronie' },
        docFooter: { prev: 'Poprzednia strona', next: 'Następna strona' },
        darkModeSwitchLabel: 'Wygląd',
        lightModeSwitchTitle: 'Włącz jasny motyw',
        darkModeSwitchTitle: 'Włącz ciemny motyw',
        sidebarMenuLabel: 'Menu',
        returnToTopLabel: 'Na górę strony',
        langMenuLabel: 'Zmień język',
        skipToContentLabel: 'Przejdź do treści',
      },
    },
  },
  themeConfig: {
    i18nRouting: false, // not every page is translated
    search: {
      provider: 'local',
      options: { locales: { pl: { translations: {
        button: { buttonText: 'Szukaj', buttonAriaLabel: 'Szukaj' },
        modal: {
          displayDetails: 'Pokaż szczegóły',
          resetButtonTitle: 'Wyczyść',
          backButtonTitle: 'Zamknij wyszukiwanie',
          noResultsText: 'Brak wyników dla',
          footer: { selectText: 'wybierz', navigateText: 'przejdź', closeText: 'zamknij' },
        },
      } } } },
    },
    socialLinks: [{ icon: 'github', link: forge }],
    editLink: { pattern: forge + '/edit/main/:path' },
    outline: [2, 3],
  },
})
