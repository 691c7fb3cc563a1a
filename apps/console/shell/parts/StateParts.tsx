import { useState, type ReactElement } from 'react'
import { Banner, Bars, Button, CodeBlock, CopyField, EmptyState, ErrorState, Progress, Section, Skeleton, Spark, SplitPane } from '../../../../ui/index.ts'
import { useWords } from './words.ts'

export function StateParts(): ReactElement {
  const w = useWords()
  const [isRunning, setRunning] = useState(true)
  return (
    <Section title={w('states')}>
      <div className="flex flex-col gap-1">
        <Banner tone="soon">{w('banner.soon')}</Banner>
        <Banner tone="info" action={<Button size="sm">{w('banner.action')}</Button>}>{w('banner.info')}</Banner>
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        <EmptyState title={w('empty')} action={<Button variant="primary">{w('empty-action')}</Button>} exampleLabel={w('example')} example={w('empty-example')}>{w('empty-text')}</EmptyState>
        <ErrorState title={w('error')} kept={w('error-kept')} action={<Button>{w('retry')}</Button>} reference="requests.closed · 14:03 · 0198c2f0">{w('error-text')}</ErrorState>
        <Skeleton label={w('loading')} rows={4} />
        <div className="flex flex-col gap-3">
          {isRunning && <Progress label={w('progress')} value={0.3} words="1,204 / 4,000" cancelLabel={w('cancel')} onCancel={() => setRunning(false)} />}
          <Progress label={w('progress-open')} words={w('progress-wait')} />
        </div>
      </div>
      <div className="h-40 overflow-hidden rounded-md border border-line">
        <SplitPane
          start={<p className="p-3">{w('pane.start')}</p>} main={<p className="p-3">{w('pane.main')}</p>} end={<p className="p-3">{w('pane.end')}</p>} shown="main" startWidth={220} endWidth={260}
          labels={{ start: w('pane.start'), main: w('pane.main'), end: w('pane.end') }} resizeLabel={w('pane.resize')} back={{ label: w('pane.back'), onPress: () => undefined }}
        />
      </div>
    </Section>
  )
}

export function ChartParts(): ReactElement {
  const w = useWords()
  return (
    <Section title={w('charts')}>
      <div className="grid gap-6 md:grid-cols-2">
        <Bars
          title={w('chart')} unit={w('chart-unit')} target={{ value: 40, label: w('target') }} labels={{ showTable: w('show-table'), showChart: w('show-chart'), point: w('day'), value: w('chart') }}
          points={[32, 41, 38, 55, 29, 18, 12].map((value, at) => ({ label: w(`weekday.${at}`), value, tone: value > 40 ? 'soon' as const : 'accent' as const, href: '/ui#rows' }))}
        />
        <p className="self-start">{w('trend')} <Spark label={w('trend-words')} values={[12, 14, 13, 18, 17, 22, 21, 26, 24, 29, 31, 28]} /></p>
      </div>
    </Section>
  )
}

export function CodeParts(): ReactElement {
  const w = useWords()
  const labels = { copyLabel: w('copy'), copiedLabel: w('copied') }
  return (
    <Section title={w('code')}>
      <CopyField label={w('widget-line')} text={'<script src="https://service.example.com/embed.js" async></script>'} {...labels} />
      <CodeBlock label={w('api-call')} text={'curl -X POST https://service.example.com/api/requests \\\n  -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: 7f1c" \\\n  -d \'{"subject":"寬頻斷線","text":"…","channel":"api","customer":{"name":"陳美玲"}}\''} {...labels} />
    </Section>
  )
}
